import { describe, expect, it } from 'vitest';
import topic from '../../pipeline/sinks/topic.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

async function copied(...records: Parameters<typeof sinkRecord>[0][]) {
  const setup = sinkSetup({ partitions: 3 });
  const sink = await topic.create(topic.options.parse({ topic: 'out' }), setup);
  for (const record of records) await sink.write(sinkRecord(record));
  return setup.sent;
}

describe('topic', () => {
  it('keeps value, key, headers and timestamp', async () => {
    const record = {
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      headers: { a: '1', twice: ['x', 'y'] },
      timestampMs: 1_700_000_000_000,
    };

    const [copy] = await copied(record);

    expect(copy).toMatchObject({ topic: 'out', ...record });
  });

  it('puts keys where any Kafka client puts them, and keeps the order of records without key', async () => {
    const sent = await copied({ key: Buffer.from('foobar') }, { partition: 4 }, { partition: 2 });

    // Kafka's own test vector: murmur2('foobar') = -790332482
    expect(sent.map(({ partition }) => partition)).toEqual([(-790332482 & 0x7fffffff) % 3, 1, 2]);
  });

  it('copies what select made as JSON', async () => {
    const [copy] = await copied({
      value: Buffer.from('v'),
      headers: { 'content-type': 'image/jpeg' },
      selected: { n: 1 },
    });

    expect(copy).toMatchObject({ value: '{"n":1}', headers: { 'content-type': 'application/json' } });
  });

  it('says which topic it writes, and refuses names Kafka would', () => {
    expect(topic.writes?.({ topic: 'out' })).toEqual(['out']);
    expect(topic.options.safeParse({ topic: 'a b' }).success).toBe(false);
  });
});

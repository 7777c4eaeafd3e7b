import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import type { ConsumerRecord, ProducerRecord } from '../../pipeline/ports/record.ts';
import { like, verb } from './dead-letters.ts';
import { createdTopic, kafkaAt, producerOf, record, unique } from './kafka/cluster.ts';
import { readAll } from './read-records.ts';
import { emptyDirectory, tapline, uniqueTopology } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const kafka = kafkaAt(bootstrap);

/** Records as different as Kafka allows, over three partitions, half a second in all. */
function mixedRecords(topic: string): ProducerRecord[] {
  const timestampMs = 1_700_000_000_000;
  return [
    record(topic, { key: 'k', value: 'text', headers: { a: 'b' }, timestampMs }),
    record(topic, { partition: 2, key: null, value: null, timestampMs: timestampMs + 500 }),
    record(topic, { partition: 1, key: Buffer.from([0, 255]), value: Buffer.from([255, 0, 1]), timestampMs }),
    record(topic, { value: '', key: '', headers: { twice: ['1', '2'], none: '' }, timestampMs: timestampMs + 100 }),
    ...Array.from({ length: 300 }, (_, n) =>
      record(topic, { partition: n % 3, key: `k${n}`, value: 'x'.repeat(n * 20), timestampMs: timestampMs + n }),
    ),
  ];
}

/** What records are, apart from where they lie. */
async function contents(topic: string): Promise<unknown[]> {
  const parts = ({ partition, key, value, headers, timestampMs }: ConsumerRecord): unknown => {
    return { partition, key, value, headers, timestampMs };
  };
  return (await readAll(bootstrap, topic)).map(parts);
}

test('what was recorded is played with the keys, values, headers, times and partitions it had, in its time', async () => {
  const topic = await createdTopic(kafka, { partitions: 3 });
  await producerOf(kafka).send(mixedRecords(topic));
  const folder = join(await emptyDirectory(), 'kept');

  const recorded = await verb('record', topic, '--out', folder, '--from', 'earliest', '--to', 'latest');
  expect(recorded, recorded.text).toMatchObject({
    code: 0,
    text: like(`recorded 304 records .* of ${topic} in ${folder}`),
  });
  const [quick, paced] = [unique('quick'), unique('paced')];
  const played = await verb('play', folder, '--into', quick, '--rate', 'max');
  const startedAt = performance.now();
  const slow = await verb('play', folder, '--into', paced, '--now', '--rate', '0.5');

  expect(played, played.text).toMatchObject({ code: 0, text: like(`played 304 records of ${folder} into ${quick}`) });
  expect(await contents(quick)).toEqual(await contents(topic));
  expect(slow.code, slow.text).toBe(0);
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  const times = (await readAll(bootstrap, paced)).map(({ timestampMs }) => timestampMs);
  expect(Math.max(...times) - Math.min(...times)).toBe(1_000);
  expect(Date.now() - Math.max(...times)).toBeLessThan(60_000);
  const again = await verb('record', topic, '--out', folder);
  expect(again).toMatchObject({
    code: 2,
    text: like(/RECORDING_EXISTS .* holds a recording already; give another folder/),
  });
  const narrow = await createdTopic(kafka, { partitions: 2 });
  expect(await verb('play', folder, '--into', narrow)).toMatchObject({
    code: 2,
    text: like(/has 2 partitions, and the recording 3; raise them, or give another topic/),
  });
});

test('a recording goes on with what comes until Ctrl-C, and one that is killed can be played', async () => {
  const topic = await createdTopic(kafka, { partitions: 2 });
  const producer = producerOf(kafka);
  await producer.send([record(topic, { value: 'before' })]);
  const directory = await emptyDirectory();
  const runs = await Promise.all(
    ['ended', 'killed'].map((folder) =>
      tapline({ args: ['record', topic, '--out', join(directory, folder)], env, directory }),
    ),
  );
  for (const run of runs) await run.line(/recording .* and what comes; Ctrl-C ends/);
  const values = Array.from({ length: 50 }, (_, n) => record(topic, { partition: n % 2, key: `${n}`, value: `v${n}` }));
  await producer.send(values);
  for (const run of runs) await run.line(/^50 records/);

  runs[1]!.process.kill('SIGKILL');
  expect(await runs[0]!.stop(), runs[0]!.lines.join('\n')).toBe(0);
  await runs[1]!.ended;

  for (const folder of ['ended', 'killed']) {
    const into = unique(folder);
    const { code, text } = await verb('play', join(directory, folder), '--into', into, '--rate', 'max');
    expect(code, text).toBe(0);
    const compared = await verb('compare', topic, into, '--by', 'key', '--json');
    expect(JSON.parse(compared.text)).toMatchObject({ summary: { pairs: 50, equal: 50, onlyBefore: 1, onlyAfter: 0 } });
  }
});

test('a stage is replayed from a recording when its topic has nothing left, with the ids it had', async () => {
  const topology = await uniqueTopology(`
name: loud
topics: { frames.words: { partitions: 2 } }
stages: { shout: { from: frames.words, process: map, to: frames.loud, with: { select: "$uppercase($)" } } }
`);
  const topic = await createdTopic(kafka, { name: topology.topic('frames.words'), partitions: 2 });
  const producer = producerOf(kafka);
  await producer.send(['a', 'b', 'c', 'd'].map((value, n) => record(topic, { partition: n % 2, value: `"${value}"` })));
  const folder = join(await emptyDirectory(), 'words');
  expect((await verb('record', topic, '--out', folder, '--from', 'earliest', '--limit', '4')).code).toBe(0);
  const [live, recorded] = [unique('live'), unique('recorded')];
  expect((await verb('replay', 'shout', topology.file, '--into', live)).code).toBe(0);
  const admin = kafka.admin();
  for (const partition of [0, 1]) await admin.deleteRecords({ topic, partition, offset: 2n });

  const args = ['replay', 'shout', topology.file, '--into', recorded, '--from-recording', folder];
  const { code, text } = await verb(...args);

  expect(code, text).toBe(0);
  expect((await readAll(bootstrap, recorded)).map(({ value }) => String(value)).sort()).toEqual([
    '"A"',
    '"B"',
    '"C"',
    '"D"',
  ]);
  const compared = await verb('compare', live, recorded, '--by', 'ce_id');
  expect(compared.text).toMatch(/^4 pairs: 4 equal, 0 differ/);
  await admin.close();
});

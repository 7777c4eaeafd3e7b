import { describe, expect, test } from 'vitest';
import { PoisonRecordError, defineSink, defineSource, readJson, z } from '../../pipeline/index.ts';
import { runSink, runSource } from '../../pipeline/testing/index.ts';

const lines = defineSource({
  name: 'lines',
  summary: 'Lines.',
  options: z.strictObject({ text: z.string(), forEver: z.boolean().default(false) }),
  produces: 'records',
  positions: true,
  nature: ({ forEver }) => ({ endless: forEver, live: false }),
  async *records({ text, forEver }, { clock, positions, advance, deadLetter, signal }) {
    const all = text.split(',');
    for (let at = (positions.get('text') as number | undefined) ?? 0; forEver || at < all.length; at++) {
      const line = all[at % all.length] ?? '';
      const position = { of: 'text', at: at + 1 };
      if (line === 'bad') {
        await deadLetter(line, new PoisonRecordError('PROCESSING_FAILED', 'a bad line'));
        await advance(position);
      } else yield { key: 'k', value: line, headers: { a: 'b' }, timestampMs: clock.nowMs(), position };
      await clock.sleep(3_600_000, signal);
    }
  },
});

describe('runSource', () => {
  test('tells records, dead letters and positions, and hours take no time', async () => {
    const { records, deadLetters, positions } = await runSource(lines, {
      with: { text: '{"n":1},bad,text' },
      startTime: '2026-01-01T00:00:00Z',
    });

    expect(records).toMatchObject([
      { key: 'k', value: { n: 1 }, headers: { a: 'b' }, timestampMs: Date.UTC(2026, 0, 1, 0) },
      { value: 'text', timestampMs: Date.UTC(2026, 0, 1, 2) },
    ]);
    expect(deadLetters).toEqual([{ raw: 'bad', code: 'PROCESSING_FAILED', message: 'a bad line' }]);
    expect(positions).toEqual(new Map([['text', 3]]));
  });

  test('goes on at positions, up to a limit', async () => {
    const given = { with: { text: 'a,b,c', forEver: true }, positions: new Map([['text', 1]]) };

    const { records, positions } = await runSource(lines, { ...given, limit: 3 });

    expect(records.map(({ value }) => value)).toEqual(['b', 'c', 'a']);
    expect(positions.get('text')).toBe(4);
  });

  test('does not wait for the end of a source that has none', async () => {
    await expect(runSource(lines, { with: { text: 'a', forEver: true } })).rejects.toThrow(
      'source "lines" never ends; give the test a limit',
    );
  });
});

test('runSink hands a sink its records, and tells what it has sent and announced', async () => {
  const closed: string[] = [];
  const sink = defineSink({
    name: 'doubled',
    summary: 'Doubles.',
    options: z.strictObject({ to: z.string() }),
    mode: 'durable',
    create({ to }, { send, announce, topic, baseDirectory }) {
      announce(`${topic} in ${baseDirectory}`);
      return {
        write: async (record) => {
          const value = String(readJson(record, z.number()) * 2);
          const { key, headers, timestampMs } = record;
          await send([{ topic: to, partition: 0, key, value, headers, timestampMs }]);
        },
        close: () => void closed.push(to),
      };
    },
  });

  const { sent, announced } = await runSink(sink, {
    with: { to: 'out' },
    topic: 'numbers',
    baseDirectory: '/x',
    records: [{ value: 1 }, { key: 'a', value: 2 }],
  });

  expect(sent).toMatchObject([
    { topic: 'out', key: null, value: '2' },
    { key: Buffer.from('a'), value: '4' },
  ]);
  expect(announced).toEqual(['numbers in /x']);
  expect(closed).toEqual(['out']);
  await expect(runSink(sink, { with: { to: 'out' }, records: [{ value: 'x' }] })).rejects.toThrow('is no JSON');
  expect(closed).toHaveLength(2);
});

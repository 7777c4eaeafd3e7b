import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PoisonRecordError } from '../../pipeline/errors/pipeline-error.ts';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { aFrame, aRecord } from '../task/records.ts';
import { stageHarness } from './stage-harness.ts';

function recordsNamed(...names: string[]): ConsumerRecord[] {
  return names.map((name, index) => aRecord({ offset: BigInt(index), value: Buffer.from(name) }));
}

function valuesOf(records: readonly { readonly value: Buffer | string | null }[]): string[] {
  return records.map(({ value }) => String(value));
}

const echo = { process: ({ value }: ConsumerRecord) => ({ value }) };

test('commits only after the outputs are acknowledged', async () => {
  const stage = stageHarness({ processor: echo });

  await stage.put(recordsNamed('a', 'b'));

  expect(stage.journal).toEqual(['send 2', 'commit 2']);
});

test('commits nothing when the outputs cannot be written', async () => {
  const stage = stageHarness({
    processor: echo,
    onSend: () => {
      throw new Error('no broker');
    },
  });

  await expect(stage.put(recordsNamed('a'))).rejects.toThrow('no broker');

  expect(stage.journal).toEqual([]);
});

test('cuts a batch into chunks by records and bytes and commits after each', async () => {
  const stage = stageHarness({ processor: echo, plan: { batch: { records: 2, bytes: 10, lingerMs: 0 } } });

  await stage.put(recordsNamed('a', 'b', 'c', 'a long value', 'd'));

  expect(stage.journal).toEqual([
    'send 2',
    'commit 2',
    'send 1',
    'commit 3',
    'send 1',
    'commit 4',
    'send 1',
    'commit 5',
  ]);
});

test('cuts shorter chunks once it has seen that outputs are larger than their inputs', async () => {
  const swollen = { process: () => ({ value: 'ten bytes!' }) };
  const stage = stageHarness({ processor: swollen, plan: { batch: { records: 100, bytes: 20, lingerMs: 0 } } });

  await stage.put(recordsNamed('a', 'b', 'c', 'd', 'e'));
  await stage.put(recordsNamed('a', 'b', 'c', 'd', 'e').map((one) => ({ ...one, offset: one.offset + 5n })));

  expect(stage.journal).toEqual([
    'send 5',
    'commit 5',
    'send 2',
    'commit 7',
    'send 2',
    'commit 9',
    'send 1',
    'commit 10',
  ]);
});

test('keeps the order of outputs though later records finish first', async () => {
  const finished: string[] = [];
  const waiting = new Map<string, () => void>();
  const stage = stageHarness({
    processor: {
      concurrency: 3,
      process: async ({ value }) => {
        await new Promise<void>((resolve) => waiting.set(String(value), resolve));
        finished.push(String(value));
        return { value };
      },
    },
  });

  const running = stage.put(recordsNamed('a', 'b', 'c'));
  while (waiting.size < 3) await nextTurn();
  for (const name of ['c', 'b', 'a']) {
    waiting.get(name)!();
    await nextTurn();
  }
  await running;

  expect(finished).toEqual(['c', 'b', 'a']);
  expect(valuesOf(stage.sent)).toEqual(['a', 'b', 'c']);
});

test('retries the same record and keeps its batch mates in order', async () => {
  let failures = 2;
  const stage = stageHarness({
    processor: {
      process: ({ value }) => {
        if (String(value) === 'b' && failures-- > 0) throw new Error('flaky');
        return { value };
      },
    },
  });

  await stage.put(recordsNamed('a', 'b', 'c'));

  expect(valuesOf(stage.sent)).toEqual(['a', 'b', 'c']);
  expect(await stage.counters()).toMatchObject({ records_in: 3, records_out: 3, retries: 2, dead_letters: 0 });
});

test('sends a poisoned record to the dead letters at once and goes on', async () => {
  let attempts = 0;
  const stage = stageHarness({
    processor: {
      process: ({ value }) => {
        if (String(value) !== 'bad') return { value };
        attempts++;
        throw new PoisonRecordError('PICTURE_UNREADABLE', 'no picture');
      },
    },
  });

  await stage.put(recordsNamed('a', 'bad', 'c'));

  expect(attempts).toBe(1);
  expect(stage.sent.map(({ topic, value }) => [topic, String(value)])).toEqual([
    ['out', 'a'],
    ['t.work.dlq', 'bad'],
    ['out', 'c'],
  ]);
  expect(stage.journal).toEqual(['send 3', 'commit 3']);
});

test('makes a record that takes too long a dead letter and tells its processor to stop', async () => {
  const aborted: unknown[] = [];
  const stage = stageHarness({
    plan: { timeoutMs: 5, onError: { retries: 0, backoffMs: 1, then: 'deadLetter', crashes: 2, scope: 'partition' } },
    processor: {
      process: (_, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push(signal.reason);
            resolve(null);
          });
        }),
    },
  });

  await stage.put(recordsNamed('slow'));

  expect(stage.sent[0]?.headers).toMatchObject({
    'tapline.dlq.error-code': 'RECORD_TIMED_OUT',
    'tapline.dlq.attempts': '1',
  });
  expect(aborted).toEqual([expect.objectContaining({ code: 'RECORD_TIMED_OUT' })]);
});

test('stops the worker without committing when the policy is to fail', async () => {
  const stage = stageHarness({
    plan: { onError: { retries: 0, backoffMs: 1, then: 'fail', crashes: 2, scope: 'partition' } },
    processor: {
      process: () => {
        throw new Error('out of stock');
      },
    },
  });

  await expect(stage.put(recordsNamed('a'))).rejects.toMatchObject({
    code: 'PROCESSING_STOPPED',
    message: expect.stringContaining(
      'task=work-0_0 processor=work topic=in partition=0 offset=0: out of stock',
    ) as string,
  });
  expect(stage.journal).toEqual([]);
});

test('leaves a record to its next owner when the partition is lost while it is retried', async () => {
  const lost = new AbortController();
  const stage = stageHarness({
    processor: {
      process: () => {
        lost.abort();
        throw new Error('interrupted');
      },
    },
  });

  await stage.put(recordsNamed('a'), { signal: lost.signal });

  expect(stage.journal).toEqual([]);
  expect(stage.sent).toEqual([]);
});

test('makes the input of an output that is too large a dead letter and writes the others', async () => {
  const stage = stageHarness({
    processor: echo,
    onSend: (records) => {
      const record = records.findIndex(({ topic, value }) => topic === 'out' && String(value) === 'huge');
      if (record >= 0) throw Object.assign(new PoisonRecordError('RECORD_TOO_LARGE', 'too large'), { record });
    },
  });

  await stage.put(recordsNamed('a', 'huge', 'c'));

  expect(stage.sent.map(({ topic, value }) => [topic, String(value)])).toEqual([
    ['out', 'a'],
    ['t.work.dlq', 'huge'],
    ['out', 'c'],
  ]);
});

test('sends each output to the topic its name stands for', async () => {
  const stage = stageHarness({
    plan: { to: { default: 'out', alerts: 'alerts' } },
    processor: { process: ({ value }) => [{ value }, { value: 'fire', to: 'alerts' }] },
  });

  await stage.put(recordsNamed('a'));

  expect(stage.sent.map(({ topic, value }) => [topic, String(value)])).toEqual([
    ['out', 'a'],
    ['alerts', 'fire'],
  ]);
});

test('hands on key, timestamp and headers that the processor does not name', async () => {
  const stage = stageHarness({
    processor: { process: () => ({ value: 'new', headers: { 'content-type': 'text/plain', secret: undefined } }) },
  });
  const input = aRecord({ key: Buffer.from('k'), timestampMs: 77, headers: { secret: 's', tenant: 'x' } });

  await stage.put([input]);

  expect(stage.sent[0]).toMatchObject({
    key: input.key,
    timestampMs: 77,
    headers: { tenant: 'x', 'content-type': 'text/plain' },
  });
  expect(stage.sent[0]?.headers['secret']).toBeUndefined();
});

test('adds its passage to the trail of a frame', async () => {
  const stage = stageHarness({ processor: echo });

  await stage.put([aFrame({ seq: 0, capturedMs: 1 })]);

  const [passage] = readFrameMeta(stage.sent[0]!.headers).stages;
  expect(passage).toMatchObject({ name: 'work', worker: 'work-0' });
  expect(passage!.outUs).toBeGreaterThanOrEqual(passage!.inUs);
});

test('looks ahead without committing and then processes the newest frame only', async () => {
  const stage = stageHarness({ processor: echo, plan: { delivery: 'latest', maxAgeMs: 500 } });

  await stage.put([aFrame({ seq: 0, capturedMs: 1 })], { highWatermark: 3n });
  await stage.put([aFrame({ seq: 1, capturedMs: 2 }), aFrame({ seq: 2, capturedMs: 3 })]);

  expect(stage.journal).toEqual(['advance 1', 'send 1', 'commit 3']);
  expect(readFrameMeta(stage.sent[0]!.headers).dropped).toEqual({ count: 2, reasons: { STALE: 2 } });
  expect(await stage.counters()).toMatchObject({ 'dropped.STALE': 2 });
});

test('carries the trace on, with a span of its own that a repeat shares', async () => {
  const stage = stageHarness({ processor: echo });
  const trace = '0b66fb4a2de75f620fb4529ac2003535';
  const input = aRecord({ headers: { traceparent: `00-${trace}-9f2c41035d7be339-01` } });

  await stage.put([input]);
  await stage.put([input]);

  const [first, repeat] = stage.sent.map(({ headers }) => headers['traceparent']);
  expect(first).toMatch(new RegExp(`^00-${trace}-(?!9f2c41035d7be339)[0-9a-f]{16}-01$`));
  expect(repeat).toBe(first);
});

test('commits past frames that were written twice', async () => {
  const stage = stageHarness({ processor: echo, plan: { delivery: 'latest' } });
  await stage.put([aFrame({ seq: 0, capturedMs: 1 })]);

  await stage.put([{ ...aFrame({ seq: 0, capturedMs: 1 }), offset: 1n }]);

  expect(stage.journal).toEqual(['send 1', 'commit 1', 'commit 2']);
});

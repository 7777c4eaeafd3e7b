import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { Admin } from '../../pipeline/ports/admin.ts';
import type { Producer } from '../../pipeline/ports/producer.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../../pipeline/ports/source.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import { withoutPositions } from '../../pipeline/runtime/source-delivery.ts';
import { SourceWorker } from '../../pipeline/runtime/source-worker.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import type { SourcePlan } from '../../pipeline/topology/plan.ts';
import { aFrame } from '../task/records.ts';
import { silentLog } from './stage-harness.ts';

interface SourceHarness {
  readonly worker: SourceWorker;
  readonly sent: ProducerRecord[];
  /** Lets the broker acknowledge sends from now on. */
  readonly answer: () => void;
  lag: number;
}

interface HarnessParts {
  readonly records: (context: SourceContext) => AsyncIterable<SourceRecord>;
  readonly plan?: Partial<SourcePlan>;
  readonly brokerAway?: boolean;
}

function sourceHarness({ records, plan = {}, brokerAway = false }: HarnessParts): SourceHarness {
  const sent: ProducerRecord[] = [];
  let answer = (): void => undefined;
  const answered = brokerAway ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve();
  const producer: Producer = {
    send: async (batch) => {
      await answered;
      sent.push(...batch);
      return new Map();
    },
    partitionFor: async () => 0,
    partitionsOf: async () => 1,
    transactional: () => expect.fail('a source has no transactions'),
    close: async () => undefined,
  };
  const definition = defineSource({
    name: 'given',
    summary: '',
    options: z.unknown(),
    produces: 'frames',
    nature: () => ({ endless: false, live: false }),
    records: (_, context) => records(context),
  });
  const harness: SourceHarness = { worker: undefined as unknown as SourceWorker, sent, answer: () => answer(), lag: 0 };
  const lag = async () => [{ topic: 'in', partition: 0, committed: 0n, endOffset: 0n, lag: BigInt(harness.lag) }];
  const worker = new SourceWorker({
    plan: { ...defaultPlan, ...plan },
    topology: 't',
    definition,
    delivery: withoutPositions(producer),
    producer,
    admin: { lag, close: async () => undefined } as unknown as Admin,
    downstream: [{ group: 't.decode', topics: ['in'] }],
    deadLetterMaxBytes: 1024 * 1024,
    baseDirectory: '/',
    clock: systemClock,
    log: silentLog,
    metrics: new WorkerMetrics({ topology: 't', kind: 'source', name: 'camera', worker: 'camera-0' }),
    announce: () => undefined,
  });
  return Object.assign(harness, { worker });
}

const defaultPlan: SourcePlan = {
  name: 'camera',
  type: 'given',
  to: 'in',
  options: {},
  deadLetterTopic: 't.camera.dlq',
  endless: false,
  live: false,
  positions: null,
  maxUnderWay: 4,
  buffer: { records: 3, bytes: 1024 * 1024 },
};

async function* frames(count: number): AsyncGenerator<SourceRecord> {
  for (let seq = 0; seq < count; seq++) {
    yield aFrame({ seq, capturedMs: seq });
    await nextTurn();
  }
}

function seqs(records: readonly ProducerRecord[]): number[] {
  return records.map(({ headers }) => readFrameMeta(headers).frame.seq);
}

test('writes every record of a finite source in order and ends', async () => {
  const { worker, sent } = sourceHarness({ records: () => frames(3), plan: { maxUnderWay: 100 } });

  await worker.run();

  expect(seqs(sent)).toEqual([0, 1, 2]);
});

test('a live source drops its oldest records while the broker is away, and the next one tells how many', async () => {
  const { worker, sent, answer } = sourceHarness({ records: () => frames(10), plan: { live: true }, brokerAway: true });

  const running = worker.run();
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  answer();
  await running;

  const told = sent.map(({ headers }) => readFrameMeta(headers).dropped?.count ?? 0);
  expect(seqs(sent).at(-1)).toBe(9);
  expect(sent.length + told.reduce((sum, n) => sum + n, 0)).toBe(10);
  expect(sent.length).toBeLessThan(10);
});

test('a finite source pauses while too many of its records are under way', async () => {
  const harness = sourceHarness({ records: () => frames(10), plan: { maxUnderWay: 4 } });
  harness.lag = 1;

  const running = harness.worker.run();
  while (harness.sent.length < 3) await nextTurn();
  harness.lag = 4;
  for (let turn = 0; turn < 200; turn++) await nextTurn();
  const paused = harness.sent.length;
  harness.lag = 0;
  await running;

  expect(paused).toBeLessThanOrEqual(6);
  expect(seqs(harness.sent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('what cannot become a record goes to the dead letters of the source', async () => {
  const { worker, sent } = sourceHarness({
    records: async function* (context) {
      await context.deadLetter('{"half', new SyntaxError('unexpected end'), { 'tapline.line': '7' });
      yield aFrame({ seq: 0, capturedMs: 0 });
    },
  });

  await worker.run();

  expect(sent.map(({ topic }) => topic)).toEqual(['t.camera.dlq', 'in']);
  expect(sent[0]).toMatchObject({
    value: '{"half',
    headers: { 'tapline.line': '7', 'tapline.dlq.error-class': 'SyntaxError' },
  });
});

test('an error of the source ends the worker after what came before is written', async () => {
  const { worker, sent } = sourceHarness({
    records: async function* () {
      yield aFrame({ seq: 0, capturedMs: 0 });
      await nextTurn();
      throw new Error('the cable is out');
    },
  });

  await expect(worker.run()).rejects.toThrow('the cable is out');

  expect(seqs(sent)).toEqual([0]);
});

test('stops when asked, though the source would go on', async () => {
  const { worker, sent } = sourceHarness({ records: () => frames(Infinity), plan: { maxUnderWay: 1e9 } });

  const running = worker.run();
  while (sent.length < 2) await nextTurn();
  await worker.stop();

  await expect(running).resolves.toBeUndefined();
});

test('tells a record when it is acknowledged, and one that has fallen out that it never will be', async () => {
  const settled: [number, boolean][] = [];
  const { worker, answer } = sourceHarness({
    records: async function* () {
      for await (const record of frames(5)) {
        const { seq } = readFrameMeta(record.headers).frame;
        yield { ...record, settled: (acknowledged) => settled.push([seq, acknowledged]) };
      }
    },
    plan: { live: true },
    brokerAway: true,
  });

  const running = worker.run();
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  const before = [...settled];
  answer();
  await running;

  expect(before).toEqual([[1, false]]); // 0 is on its way, 2 to 4 are kept
  expect(settled.slice(1)).toEqual([0, 2, 3, 4].map((seq) => [seq, true]));
});

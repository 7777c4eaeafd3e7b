import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { BatchContext, ConsumerOptions } from '../../pipeline/ports/consumer.ts';
import { BatchRun } from '../../pipeline/kafka/batch-run.ts';
import { Epoch } from '../../pipeline/kafka/epoch.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import { StageWorker, type StageWorkerParts } from '../../pipeline/runtime/stage-worker.ts';
import { aRecord } from '../task/records.ts';
import { MemoryTopology } from './memory-topology.ts';
import { silentLog } from './stage-harness.ts';

const settled = async (turns = 30): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
};

test('a broker that is away for a moment is no loss of the partition', async () => {
  const epoch = new Epoch(1, 'm', [{ topic: 'in', partition: 0 }]); // its session may have timed out: held(0)
  let asked = 0;
  const run = new BatchRun({
    payload: {
      batch: { topic: 'in', partition: 0, messages: [], lastOffset: () => '0' },
      heartbeat: async () => {
        asked++;
        if (asked === 1)
          throw Object.assign(new Error('Connection timeout'), { name: 'KafkaJSConnectionError', retriable: true });
        epoch.held(Date.now());
      },
    } as never,
    epoch,
    cursor: {} as never,
    assignment: {} as never,
    seek: () => undefined,
    onFailure: () => undefined,
  });
  expect(await run.holds()).toBe(true); // the group still has us, as the second question would have told
});

function worker(given: Partial<StageWorkerParts['plan']>, process: (name: string) => void) {
  let options!: ConsumerOptions;
  const sent: string[] = [];
  const topology = new MemoryTopology();
  const stage = new StageWorker({
    plan: {
      name: 'work',
      group: 't.work',
      from: ['in'],
      to: { default: 'out' },
      process: 'work',
      options: {},
      guarantee: 'at-least-once',
      state: 'memory',
      serdes: {},
      changelogs: {},
      delivery: 'every',
      maxAgeMs: null,
      maxIdleMs: 0,
      replicas: 1,
      concurrency: null,
      order: 'partition',
      batch: { records: 3, bytes: 1024 * 1024, lingerMs: 0 },
      timeoutMs: 30_000,
      onError: { retries: 3, backoffMs: 1, then: 'deadLetter', crashes: 2, scope: 'partition' },
      deadLetterTopic: 't.work.dlq',
      ...given,
    },
    worker: 'work-0',
    processor: { process: ({ value }) => (process(String(value)), { value }) },
    createConsumer: (wanted) => {
      options = wanted;
      return { start: async () => undefined, stop: async () => undefined, done: new Promise(() => undefined) };
    },
    producer: {
      send: async (records) => {
        sent.push(...records.map(({ value }) => String(value)));
        return new Map();
      },
      partitionFor: async () => 0,
      partitionsOf: async () => 1,
      transactional: () => expect.fail('no'),
      close: async () => undefined,
    },
    deadLetterMaxBytes: 1024 * 1024,
    clock: topology.clock,
    log: silentLog,
    metrics: new WorkerMetrics({ topology: 't', kind: 'stage', name: 'work', worker: 'work-0' }),
  });
  onTestFinished(() => void stage.stop());
  return {
    stage,
    sent,
    clock: topology.clock,
    handle: (...args: Parameters<ConsumerOptions['onBatch']>) => options.onBatch(...args),
  };
}

test('delivery: latest: a doubt about the partition drops no source that was read ahead', async () => {
  const { sent, clock, handle } = worker({ delivery: 'latest' }, () => undefined);
  let doubts = 1;
  const rewound: bigint[] = [];
  const epoch = new AbortController();
  const context: BatchContext = {
    signal: epoch.signal,
    commit: async () => undefined,
    commitSoon: () => undefined,
    confirm: async () => true,
    holds: () => doubts-- <= 0,
    committed: async () => 0n,
    backlogOf: async () => 0n,
    rewind: (offset) => void rewound.push(offset),
    advance: () => undefined,
  };
  const one = (name: string, offset: bigint) => [
    aRecord({ topic: 'in', offset, key: Buffer.from(name), value: Buffer.from(name) }),
  ];
  await handle(
    { topic: 'in', partition: 0, records: one('x', 0n), fetchedOffset: 0n, nextOffset: 1n, highWatermark: 2n },
    context,
  );
  const handling = handle(
    { topic: 'in', partition: 0, records: one('y', 1n), fetchedOffset: 1n, nextOffset: 2n, highWatermark: 2n },
    context,
  );
  await settled();
  clock.advanceTo(clock.nowMs() + 1_000);
  await handling;
  expect(sent).toEqual([]);
  expect(rewound).toEqual([0n]); // the source that was read ahead is fetched again
});

test('while the broker is away the records in hand are not processed again and again', async () => {
  const processed: string[] = [];
  const { clock, handle } = worker({}, (name) => void processed.push(name));
  const epoch = new AbortController();
  const context: BatchContext = {
    signal: epoch.signal,
    commit: async () => undefined,
    commitSoon: () => undefined,
    confirm: async () => true,
    holds: async () => false,
    committed: async () => 0n,
    backlogOf: async () => 0n,
    rewind: () => undefined,
    advance: () => undefined,
  };
  const records = [aRecord({ topic: 'in', offset: 0n, key: null, value: Buffer.from('x') })];
  const handling = handle(
    { topic: 'in', partition: 0, records, fetchedOffset: 0n, nextOffset: 1n, highWatermark: 1n },
    context,
  );
  for (let ms = 0; ms < 10_000; ms += 200) {
    await settled();
    clock.advanceTo(clock.nowMs() + 200);
  }
  epoch.abort();
  await handling;
  expect(processed.length).toBeLessThan(5); // ten seconds of outage
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { BatchContext } from '../../pipeline/ports/consumer.ts';
import { BatchRun } from '../../pipeline/kafka/batch-run.ts';
import { Epoch } from '../../pipeline/kafka/epoch.ts';
import type { StagePlan } from '../../pipeline/topology/plan.ts';
import { aRecord } from '../task/records.ts';
import { handFedWorker, type HandFedWorker } from './hand-fed-worker.ts';

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

function worker(given: Partial<StagePlan>, process: (name: string) => void): HandFedWorker {
  return handFedWorker(given, { process: ({ value }) => (process(String(value)), { value }) });
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

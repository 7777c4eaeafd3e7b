import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BatchContext, PartitionBatch } from '../../pipeline/ports/consumer.ts';
import type { Processor } from '../../pipeline/ports/processor.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import { createMemoryKafka } from '../../pipeline/memory/index.ts';
import { StageWorker } from '../../pipeline/runtime/stage-worker.ts';
import { aRecord } from '../task/records.ts';
import { handFedWorker } from './hand-fed-worker.ts';
import { MemoryTopology } from './memory-topology.ts';
import { silentLog } from './stage-harness.ts';
import { stagePlan } from './stage-plan.ts';

async function settled(turns = 30): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}

function gates(isGated: (name: string) => boolean = () => true) {
  const waiting = new Map<string, () => void>();
  const begun: string[] = [];
  const processor: Processor = {
    process: async ({ value }) => {
      begun.push(String(value));
      if (isGated(String(value))) await new Promise<void>((resolve) => waiting.set(String(value), resolve));
      return { value };
    },
  };
  const release = async (name: string): Promise<void> => {
    const go = waiting.get(name);
    waiting.delete(name);
    go?.();
    await settled();
  };
  return { processor, begun, release };
}

describe('exactly-once, order: key, two inputs', () => {
  test('after a lost transaction of one input the records under way of the other input are processed, too', async () => {
    const topology = new MemoryTopology({
      guarantee: 'exactly-once',
      order: 'key',
      concurrency: 4,
      from: ['in', 'in2'],
      batch: { records: 10, bytes: 1024 * 1024, lingerMs: 0 },
    });
    await topology.createTopics();
    const times = new Map<string, number>();
    let release!: () => void;
    const processor: Processor = {
      process: async ({ value }) => {
        const name = String(value);
        times.set(name, (times.get(name) ?? 0) + 1);
        if (name === 'b1' && times.get(name) === 1) await new Promise<void>((resolve) => (release = resolve));
        return { value };
      },
    };
    topology.broker.fault({ api: 'endTxn', does: { error: 'NOT_COORDINATOR_FOR_GROUP' } });
    const stage = await topology.start(processor);
    onTestFinished(() => void stage.worker.stop());
    await topology.send({ value: 'b1', topic: 'in2', key: 'b' });
    await settled();
    await topology.send({ value: 'a1', topic: 'in', key: 'a' });
    await settled();
    topology.clock.advanceTo(topology.clock.nowMs() + 1_000);
    await settled(200);
    topology.clock.advanceTo(topology.clock.nowMs() + 1_000);
    await settled(200);
    release();
    for (let n = 0; n < 20; n++) {
      topology.clock.advanceTo(topology.clock.nowMs() + 10_000);
      await settled();
    }
    await topology.settle();

    expect({ out: (await topology.read('out')).sort(), committed: await topology.committed() }).toEqual({
      out: ['a1', 'b1'],
      committed: [1n, 1n],
    });
  });
});

describe('at-least-once, order: key', () => {
  test('a doubt about the partition while a batch waits for room loses no record', async () => {
    // Contract of the port: holds() false, signal not aborted (heartbeat failed as the broker was away for a moment).
    const log = Array.from({ length: 6 }, (_, n) =>
      aRecord({ topic: 'in', offset: BigInt(n), key: Buffer.from(`k${n}`), value: Buffer.from(`r${n}`) }),
    );
    const epoch = new AbortController();
    let position = 0n;
    let committed = 0n;
    let doubt = false;
    const context: BatchContext = {
      signal: epoch.signal,
      commit: async () => undefined,
      commitSoon: (offset) => {
        if (offset > committed) committed = offset;
        context.advance(offset);
      },
      confirm: async () => true,
      holds: () => !doubt,
      committed: async () => committed,
      backlogOf: async () => 0n,
      rewind: (offset) => void (position = offset),
      advance: (offset) => {
        if (offset > position) position = offset;
      },
    };
    const { processor, begun, release } = gates((name) => (name === 'r0' || name === 'r1') && doubtless);
    let doubtless = true;
    const plan = { concurrency: 3, order: 'key', batch: { records: 3, bytes: 1024 * 1024, lingerMs: 0 } } as const;
    const { sent, clock, handle } = handFedWorker(plan, processor);
    /** What a consumer does: hands out three records from the position on, one batch after the other. */
    const consume = async (): Promise<void> => {
      while (position < 6n && !epoch.signal.aborted) {
        const fetchedOffset = position;
        const records = log.filter(({ offset }) => offset >= fetchedOffset).slice(0, 3);
        const nextOffset = records.at(-1)!.offset + 1n;
        const batch: PartitionBatch = {
          topic: 'in',
          partition: 0,
          records,
          fetchedOffset,
          nextOffset,
          highWatermark: 6n,
        };
        await handle(batch, context);
        await nextTurn();
      }
    };
    const consuming = consume();
    await settled();
    expect(begun).toEqual(['r0', 'r1', 'r2']); // r2 done; batch [r3..r5] waits for room
    doubt = true;
    await release('r1');
    doubt = false;
    doubtless = false;
    await settled();
    clock.advanceTo(clock.nowMs() + 1_000);
    await consuming;
    await settled();

    expect({ lost: log.map(({ value }) => String(value)).filter((name) => !sent.includes(name)), committed }).toEqual({
      lost: [],
      committed: 6n,
    });
  });
});

test('exactly-once, order: key: what an epoch was about to write when it ended is not written in the next one', async () => {
  const topology = new MemoryTopology({ guarantee: 'exactly-once', order: 'key', concurrency: 4 });
  await topology.createTopics();
  const kafka = createMemoryKafka(topology.broker, 'work');
  const producer = kafka.producer();
  let slow: (() => void) | null = null;
  let isFirst = true;
  const worker = new StageWorker({
    plan: stagePlan({
      guarantee: 'exactly-once',
      concurrency: 3,
      order: 'key',
      batch: { records: 3, bytes: 1024 * 1024, lingerMs: 0 },
    }),
    worker: 'work-0',
    processor: { process: ({ value }) => ({ value }) },
    createConsumer: (given) => kafka.consumer(given),
    // Metadata is asked for, and the broker is slow to answer: the first time only.
    producer: {
      send: (records) => producer.send(records),
      partitionsOf: (topic) => producer.partitionsOf(topic),
      transactional: (id) => producer.transactional(id),
      close: () => producer.close(),
      partitionFor: async (topic, key) => {
        if (isFirst) {
          isFirst = false;
          await new Promise<void>((resolve) => (slow = resolve));
        }
        return producer.partitionFor(topic, key);
      },
    },
    deadLetterMaxBytes: 1024 * 1024,
    clock: topology.clock,
    log: silentLog,
    metrics: new WorkerMetrics({ topology: 't', kind: 'stage', name: 'work', worker: 'work-0' }),
  });
  onTestFinished(() => void worker.stop());
  await worker.start();
  await topology.send({ value: 'a1', key: 'a' });
  await settled(100);
  expect(slow).not.toBeNull();
  topology.broker.rebalance('t.work');
  await settled(300);
  expect(await topology.read('out')).toEqual(['a1']); // the next epoch has written it
  slow!();
  await settled(300);
  topology.clock.advanceTo(topology.clock.nowMs() + 1_000);
  await settled(300);

  expect(await topology.read('out')).toEqual(['a1']);
});

import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock, MemoryBroker, createMemoryKafka, type MemoryKafka } from '../../pipeline/memory/index.ts';
import type { Consumer, ConsumerOptions } from '../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { keep, record, records, topicPlan, values } from '../integration/kafka/cluster.ts';

const never = new AbortController().signal;

interface Memory {
  readonly clock: ManualClock;
  readonly broker: MemoryBroker;
  readonly kafka: MemoryKafka;
}

async function memory(...topics: Parameters<typeof topicPlan>[]): Promise<Memory> {
  const clock = new ManualClock(1_700_000_000_000);
  const broker = new MemoryBroker({ clock });
  const kafka = createMemoryKafka(broker, 'test');
  await kafka.admin().ensureTopics(topics.map(([name, given]) => topicPlan(name, given)));
  return { clock, broker, kafka };
}

function consumer(
  kafka: MemoryKafka,
  options: Pick<ConsumerOptions, 'onBatch'> & Partial<ConsumerOptions>,
): { readonly consumer: Consumer; readonly started: Promise<void> } {
  const created = kafka.consumer({
    groupId: 'g',
    topics: ['t'],
    startAt: 'earliest',
    maxBytesPerPartition: 1024 ** 2,
    minBytes: 1,
    maxWaitMs: 100,
    partitionsConcurrently: 4,
    ...options,
  });
  onTestFinished(() => void created.stop());
  return { consumer: created, started: created.start() };
}

async function read({ kafka }: Memory, topic: string): Promise<ConsumerRecord[]> {
  const reading = await kafka.partitionReader().open({ topic, partition: 0 }, never);
  const found: ConsumerRecord[] = [];
  for await (const piece of reading.batches()) found.push(...piece.records);
  return found;
}

describe('quiet', () => {
  test('nothing is idle before all that was sent is handled and committed', async () => {
    const { broker, kafka } = await memory(['t', { partitions: 3 }]);
    const found: ConsumerRecord[] = [];
    await consumer(kafka, { maxBytesPerPartition: 100, onBatch: keep(found) }).started;
    expect(await broker.quiet()).toBe('idle');

    await kafka.producer().send([0, 1, 2].flatMap((partition) => records('t', 50, { partition })));
    await broker.idle();

    expect(found).toHaveLength(150);
    expect((await kafka.admin().lag('g', ['t'])).map(({ lag }) => lag)).toEqual([0n, 0n, 0n]);
  });

  test('a handler that waits for the clock, or for the world, is not idle until it ends', async () => {
    const { broker, clock, kafka } = await memory(['t']);
    let release: (() => void) | undefined;
    const world = new Promise<void>((resolve) => (release = resolve));
    await consumer(kafka, {
      onBatch: async (batch, context) => {
        await clock.sleep(1_000, context.signal);
        await world;
        await context.commit(batch.nextOffset);
      },
    }).started;
    await kafka.producer().send([record('t')]);

    expect(await broker.quiet()).toBe('waiting');
    clock.advanceTo(clock.nextWakeMs!);
    expect(await broker.quiet()).toBe('waiting');
    expect(clock.nextWakeMs).toBeNull();
    release!();
    await broker.idle();

    expect((await kafka.admin().lag('g', ['t']))[0]?.lag).toBe(0n);
  });

  test('fewer bytes than are asked for wait as long as they may', async () => {
    const { broker, clock, kafka } = await memory(['t']);
    const found: ConsumerRecord[] = [];
    await consumer(kafka, { minBytes: 2_000, maxWaitMs: 500, onBatch: keep(found) }).started;

    await kafka.producer().send(records('t', 3));
    expect(await broker.quiet()).toBe('waiting');
    expect(found).toEqual([]);
    clock.advanceTo(clock.nowMs() + 500);
    await broker.idle();
    expect(found).toHaveLength(3);

    await kafka.producer().send(records('t', 50));
    await broker.idle();
    expect(found).toHaveLength(53);
  });

  test('nothing is left behind that would wake up after the stop', async () => {
    const { broker, clock, kafka } = await memory(['t']);
    const { consumer: member, started } = consumer(kafka, {
      minBytes: 2_000,
      maxWaitMs: 60_000,
      onBatch: async () => undefined,
    });
    await started;
    await kafka.producer().send([record('t')]);
    await broker.quiet();

    await member.stop();

    expect(clock.nextWakeMs).toBeNull();
    expect(await broker.quiet()).toBe('idle');
  });
});

describe('faults', () => {
  test('an answer that is lost makes the record be written twice', async () => {
    const stage = await memory(['t']);
    stage.broker.fault({ api: 'produce', topic: 't', does: 'answer lost' });

    const sending = stage.kafka.producer().send([record('t', { value: 'a' })]);
    expect(await stage.broker.quiet()).toBe('waiting');
    stage.clock.advanceTo(stage.clock.nextWakeMs!);
    await sending;

    expect(values(await read(stage, 't'))).toEqual(['a', 'a']);
  });

  test('an error of the broker is met by the request it is for, when it is its turn', async () => {
    const stage = await memory(['t'], ['other']);
    const producer = stage.kafka.producer();
    stage.broker.fault({ api: 'produce', topic: 't', after: 1, does: { error: 'TOPIC_AUTHORIZATION_FAILED' } });

    await producer.send([record('other'), record('t')]);
    await expect(producer.send([record('t')])).rejects.toMatchObject({ code: 'KAFKA_REFUSED' });
    await producer.send([record('t')]);

    expect(await read(stage, 't')).toHaveLength(2);
  });

  test('a batch that is refused goes record by record, and the culprit is named', async () => {
    const stage = await memory(['t']);
    stage.broker.fault({ api: 'produce', times: 2, does: { error: 'MESSAGE_TOO_LARGE' } });

    await expect(stage.kafka.producer().send(records('t', 3))).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
      record: 0,
    });
  });

  test('a fault that was taken back does not come', async () => {
    const stage = await memory(['t']);
    const takeBack = stage.broker.fault({ api: 'produce', times: Infinity, does: { error: 'NOT_ENOUGH_REPLICAS' } });
    const sending = stage.kafka.producer().send([record('t')]);
    await stage.broker.quiet();

    takeBack();
    stage.clock.advanceTo(stage.clock.nextWakeMs!);

    await sending;
    expect(await read(stage, 't')).toHaveLength(1);
  });

  test('what a dead process left open is hidden, with all that follows, until the next owner rolls it back', async () => {
    const stage = await memory(['t'], ['in']);
    const dying = createMemoryKafka(stage.broker, 'dying');
    const former = dying.producer().transactional('tx');
    await former.begin(never);
    stage.broker.fault({ api: 'endTxn', clientId: 'dying', does: 'crash before' });
    const progress = { groupId: 'g', offsets: [{ topic: 'in', partition: 0, nextOffset: 5n }] };
    void former.commit([record('t', { value: 'lost' })], progress);
    await stage.broker.idle();
    await stage.kafka.producer().send([record('t', { value: 'behind' })]);
    expect(await read(stage, 't')).toEqual([]);

    await stage.kafka.producer().transactional('tx').begin(never);

    const found = await read(stage, 't');
    expect(values(found)).toEqual(['behind']);
    expect(found[0]!.offset).toBe(1n);
    expect(await stage.kafka.admin().groupOffsets('g')).toEqual([]);
  });

  test('the partitions of a dead process go to those that live, and it does nothing more', async () => {
    const { broker, kafka } = await memory(['t', { partitions: 2 }]);
    const dying = createMemoryKafka(broker, 'dying');
    const found: ConsumerRecord[] = [];
    let lateCommit: Promise<void> | undefined;
    await consumer(dying, {
      onBatch: async (batch, context) => {
        dying.crash();
        lateCommit = context.commit(batch.nextOffset);
        await lateCommit;
      },
    }).started;
    await kafka.producer().send([record('t'), record('t', { partition: 1 })]);
    await broker.idle();

    const survivor = consumer(kafka, { onBatch: keep(found) });
    await survivor.started;
    await broker.idle();

    expect(lateCommit).toBeDefined();
    expect(found).toHaveLength(2);
    expect((await kafka.admin().groupState('g')).members.map(({ clientId }) => clientId)).toEqual(['test']);
  });
});

describe('logs', () => {
  test('a compacted topic keeps the last record of each key, at its offset', async () => {
    const stage = await memory(['t', { holds: 'changes' }]);
    const change = (key: string, value: string): ReturnType<typeof record> => record('t', { key, value });
    await stage.kafka.producer().send([change('a', '1'), change('b', '1'), change('a', '2')]);

    stage.broker.compact('t');
    await stage.kafka.producer().send([change('c', '1')]);

    const found = await read(stage, 't');
    expect(found.map(({ offset, key }) => `${offset}${String(key)}`)).toEqual(['1b', '2a', '3c']);
  });

  test('a partition keeps about as many bytes as its topic says, and a slow group hears of its loss', async () => {
    const stage = await memory(['t', { retentionBytes: 10_000 }]);
    const lost: bigint[] = [];
    await stage.kafka.admin().setOffsets('g', [{ topic: 't', partition: 0, offset: 0n }]);

    for (let n = 0; n < 100; n++) await stage.kafka.producer().send([record('t', { value: 'x'.repeat(1_000) })]);
    await consumer(stage.kafka, { onBatch: keep([]), onLost: ({ count }) => lost.push(count) }).started;

    expect(lost).toEqual([90n]);
    expect(await read(stage, 't')).toHaveLength(10);
  });

  test('one reader does not see what another one did to its bytes', async () => {
    const stage = await memory(['t']);
    await stage.kafka.producer().send([record('t', { key: 'k', value: 'v' })]);

    const [first] = await read(stage, 't');
    first!.key!.fill('x');
    first!.value!.fill('x');

    const [second] = await read(stage, 't');
    expect([second!.key, second!.value].map(String)).toEqual(['k', 'v']);
  });
});

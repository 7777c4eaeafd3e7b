import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { BatchContext, ConsumerOptions } from '../../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { until } from '../until.ts';
import {
  createdTopic,
  kafkaAt,
  keep,
  producerOf,
  record,
  records,
  startedConsumer,
  unique,
  values,
} from './cluster.ts';

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);

test('a second member takes its share under load, a leaving one gives it back, and no record is lost or overtaken', async () => {
  const topic = await createdTopic(kafka, { partitions: 4 });
  const producer = producerOf(kafka);
  const groupId = unique('g');
  const seen: ConsumerRecord[] = [];
  const owned = { first: 0, second: 0 };
  const member = (name: keyof typeof owned): Parameters<typeof startedConsumer>[1] => ({
    groupId,
    topics: [topic],
    onBatch: keep(seen),
    onAssigned: ({ partitions }) => (owned[name] = partitions.length),
  });
  const stop = new AbortController();
  const acknowledged: string[] = [];
  const sending = [0, 1, 2, 3].map(async (partition) => {
    for (let n = 0; !stop.signal.aborted; n++) {
      await producer.send([record(topic, { partition, value: `${partition}:${n}` })]);
      acknowledged.push(`${partition}:${n}`);
    }
  });
  const some = async (): Promise<void> => {
    const before = seen.length;
    await until(() => seen.length > before + 200, {
      what: () => `200 records more than ${before}, have ${seen.length}`,
    });
  };

  await startedConsumer(kafka, member('first'));
  await some();
  const second = await startedConsumer(kafka, member('second'));
  await until(() => owned.first === 2 && owned.second === 2, { what: 'two partitions each' });
  await some();
  await second.stop();
  await until(() => owned.first === 4, { what: 'four partitions for the one that is left' });
  await some();
  stop.abort();
  await Promise.all(sending);
  const missing = (): string[] => {
    const read = new Set(values(seen));
    return acknowledged.filter((value) => !read.has(value));
  };
  await until(() => seen.length >= acknowledged.length && missing().length === 0, {
    what: () => `all of ${acknowledged.length} records, missing ${missing().slice(0, 20).join()}`,
  });

  for (const partition of [0, 1, 2, 3]) {
    const inOrder = [...new Set(values(seen.filter((one) => one.partition === partition)))];
    expect(inOrder).toEqual(inOrder.map((_value, index) => `${partition}:${index}`));
  }
});

test('a commit of the former owner of a partition has no effect', async () => {
  const topic = await createdTopic(kafka);
  const groupId = unique('g');
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  let former: BatchContext | undefined;
  const newOwner: ConsumerRecord[] = [];
  // Members get their partitions in the order of their ids, which begin with the client's.
  const [first, last] = [kafkaAt(bootstrap, 'a'), kafkaAt(bootstrap, 'z')];
  await producerOf(kafka).send(records(topic, 10));
  await startedConsumer(last, {
    groupId,
    topics: [topic],
    onBatch: async (batch, context) => {
      former ??= context;
      context.advance(batch.nextOffset);
    },
  });
  await until(() => former !== undefined, { what: 'the first batch' });

  await startedConsumer(first, { groupId, topics: [topic], onBatch: keep(newOwner) });
  await until(() => former!.signal.aborted, { what: 'the loss of the partition' });
  await until(async () => (await admin.lag(groupId, [topic]))[0]?.committed === 10n, {
    what: () => `the commit of the new owner, who has ${newOwner.length} records`,
  });
  await former!.commit(3n);

  expect(values(newOwner)).toHaveLength(10);
  expect((await admin.lag(groupId, [topic]))[0]).toMatchObject({ committed: 10n, lag: 0n });
});

test('a commit never goes backwards', async () => {
  const topic = await createdTopic(kafka);
  const groupId = unique('g');
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  let done = false;
  await producerOf(kafka).send(records(topic, 10));

  await startedConsumer(kafka, {
    groupId,
    topics: [topic],
    onBatch: async (_, context) => {
      await context.commit(8n);
      await context.commit(2n);
      context.advance(10n);
      done = true;
    },
  });
  await until(() => done, { what: 'the batch' });

  expect((await admin.lag(groupId, [topic]))[0]?.committed).toBe(8n);
});

test('what a handler throws ends the consumer with that error, a SyntaxError too', async () => {
  const topic = await createdTopic(kafka);
  await producerOf(kafka).send(records(topic, 1));

  const consumer = await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onBatch: async () => {
      JSON.parse('{');
    },
  });

  await expect(consumer.done).rejects.toThrow(SyntaxError);
});

test('a handler longer than the session time-out keeps its partition', async () => {
  const topic = await createdTopic(kafka);
  const groupId = unique('g');
  const assignments: number[] = [];
  let handled = 0;
  await producerOf(kafka).send(records(topic, 1));

  await startedConsumer(kafka, {
    groupId,
    topics: [topic],
    onAssigned: ({ epoch }) => assignments.push(epoch),
    onBatch: async (batch, context) => {
      const end = Date.now() + 12_000;
      await until(() => Date.now() > end || context.signal.aborted, { what: 'the end of the work' });
      await context.commit(batch.nextOffset);
      handled++;
    },
  });
  await until(() => handled === 1, { what: 'the handler' });

  expect(assignments).toEqual([1]);
});

test('equal partition numbers of several topics go to one member', async () => {
  const topics = [await createdTopic(kafka, { partitions: 3 }), await createdTopic(kafka, { partitions: 3 })];
  const groupId = unique('g');
  const owned: string[][] = [[], []];
  const member = (index: number): Pick<ConsumerOptions, 'onAssigned' | 'groupId' | 'topics' | 'onBatch'> => ({
    groupId,
    topics,
    onBatch: async () => undefined,
    onAssigned: ({ partitions }) => {
      owned[index] = partitions.map(({ topic, partition }) => `${topics.indexOf(topic)}:${partition}`).sort();
    },
  });

  await startedConsumer(kafka, member(0));
  await startedConsumer(kafka, member(1));
  await until(() => owned.every(({ length }) => length > 0) && owned.flat().length === 6, { what: 'a share for each' });

  for (const share of owned) {
    const [first, second] = [0, 1].map((topic) =>
      share.filter((name) => name.startsWith(`${topic}:`)).map((name) => name.slice(2)),
    );
    expect(first).toEqual(second);
  }
});

test('partitions of a killed member move at once when it is removed from the group', async () => {
  const topic = await createdTopic(kafka, { partitions: 2 });
  const groupId = unique('g');
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  const victim = fork(join(import.meta.dirname, 'member-process.ts'), [bootstrap, groupId, topic], {
    execArgv: ['--import', 'tsx'],
  });
  onTestFinished(() => void victim.kill('SIGKILL'));
  let memberId = '';
  victim.on('message', (message) => {
    if (typeof message === 'string') memberId = message;
  });
  await until(() => memberId !== '', { what: 'the other process to join' });
  let owned = 0;
  await startedConsumer(kafka, {
    groupId,
    topics: [topic],
    onBatch: async () => undefined,
    onAssigned: ({ partitions }) => (owned = partitions.length),
  });
  await until(() => owned === 1, { what: 'one partition each' });

  victim.kill('SIGKILL');
  const killedAt = performance.now();
  await admin.removeMember(groupId, memberId);
  await until(() => owned === 2, { what: 'both partitions', timeoutMs: 5_000 });

  expect(performance.now() - killedAt).toBeLessThan(5_000);
  await admin.removeMember(groupId, memberId); // already gone: no error
});

test('an unknown topic is named', async () => {
  const consumer = kafka.consumer({
    groupId: unique('g'),
    topics: ['no-such-topic'],
    startAt: 'earliest',
    maxBytesPerPartition: 1_000,
    minBytes: 1,
    maxWaitMs: 100,
    partitionsConcurrently: 1,
    onBatch: async () => undefined,
  });

  await expect(consumer.start()).rejects.toMatchObject({
    code: 'TOPIC_UNKNOWN',
    message: 'topic "no-such-topic" does not exist; create it, or correct its name',
  });
  await consumer.stop();
});

test('stopping twice is safe, before the start too', async () => {
  const topic = await createdTopic(kafka);
  const options = { groupId: unique('g'), topics: [topic], onBatch: async () => undefined };
  const consumer = await startedConsumer(kafka, options);

  await Promise.all([consumer.stop(), consumer.stop()]);

  await consumer.stop();
  await expect(consumer.done).resolves.toBeUndefined();
  await producerOf(kafka).send([record(topic)]);
});

import { expect, inject, onTestFinished, test } from 'vitest';
import { connectionFromEnvironment, createAdmin } from '../../../pipeline/kafka/index.ts';
import type { Admin } from '../../../pipeline/ports/admin.ts';
import { createdTopic, kafkaAt, producerOf, records, topicPlan, unique } from './cluster.ts';
import { silentLog } from './silent-log.ts';

const kafka = kafkaAt(inject('bootstrap'));

function openAdmin(): Admin {
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  return admin;
}

test('missing topics are created with their settings and can be written at once', async () => {
  const admin = openAdmin();
  const plan = topicPlan(unique('t'), { partitions: 3, retentionMs: 600_000, retentionBytes: 33_554_432 });
  onTestFinished(() => admin.deleteTopics([plan.name]));

  const verdicts = await admin.ensureTopics([plan]);

  expect(verdicts).toEqual([{ topic: plan.name, verdict: 'created', notes: [] }]);
  const [topic] = await admin.describeTopics([plan.name]);
  expect(topic!.partitions.map(({ partition, leader, low, high }) => ({ partition, leader, low, high }))).toEqual(
    [0, 1, 2].map((partition) => ({ partition, leader: 1, low: 0n, high: 0n })),
  );
  expect(topic!.config).toMatchObject({
    'max.message.bytes': '1048576',
    'retention.ms': '600000',
    'retention.bytes': '33554432',
    'segment.bytes': '16777216',
    'min.insync.replicas': '1',
  });
  expect(await admin.ensureTopics([plan])).toEqual([{ topic: plan.name, verdict: 'unchanged', notes: [] }]);
});

test('what the topology names is changed and what it leaves open stays', async () => {
  const admin = openAdmin();
  const name = await createdTopic(kafka, { retentionMs: 60_000 });
  const wanted = topicPlan(name, {
    partitions: 2,
    retentionMs: 120_000,
    retentionBytes: 99_000_000,
    explicit: ['partitions', 'retentionMs'],
  });

  const verdicts = await admin.ensureTopics([wanted]);

  expect(verdicts).toEqual([
    {
      topic: name,
      verdict: 'altered',
      notes: [
        'Partitions were 1, now 2; keys may have moved to other partitions.',
        'retention.ms was 60000, now 120000.',
        'retention.bytes is -1 and stays so; the default would be 99000000.',
      ],
    },
  ]);
  const [topic] = await admin.describeTopics([name]);
  expect(topic!.partitions).toHaveLength(2);
  // The last three were set when the topic was made: a change of one setting keeps the others.
  expect(topic!.config).toMatchObject({
    'retention.ms': '120000',
    'segment.bytes': '16777216',
    'max.message.bytes': '1048576',
  });
});

test('a topic too small for its records is raised, named in the topology or not', async () => {
  const admin = openAdmin();
  const name = await createdTopic(kafka);

  const [verdict] = await admin.ensureTopics([topicPlan(name, { maxMessageBytes: 4_000_000 })]);

  expect(verdict).toMatchObject({ verdict: 'altered', notes: ['max.message.bytes was 1048576, now 4000000.'] });
});

test('partitions that would have to be removed are a conflict, and then nothing is created or altered', async () => {
  const admin = openAdmin();
  const name = await createdTopic(kafka, { partitions: 3 });
  const missing = unique('t');

  const ensuring = admin.ensureTopics([
    topicPlan(missing),
    topicPlan(name, { partitions: 2, explicit: ['partitions'] }),
  ]);

  await expect(ensuring).rejects.toMatchObject({
    code: 'TOPIC_CONFLICT',
    message:
      `topic "${name}" has 3 partitions, the topology says 2, and Kafka cannot remove any; ` +
      'write partitions: 3, or delete the topic (its records are lost)',
    verdicts: [{ topic: missing }, { topic: name, verdict: 'conflict' }],
  });
  expect(await admin.listTopics()).not.toContain(missing);
});

test('a setting the broker does not accept is named', async () => {
  const admin = openAdmin();
  const name = unique('t');

  const creating = admin.createTopic(topicPlan(name, { segmentBytes: 1 }));

  await expect(creating).rejects.toMatchObject({ code: 'TOPIC_REFUSED', where: { topic: name } });
  await expect(creating).rejects.toThrow(
    /does not accept topic .* with 1 partitions, .*segment\.bytes=1, .*: Configuration is invalid; correct it/,
  );
});

test('topics that are there or are not are named', async () => {
  const admin = openAdmin();
  const name = await createdTopic(kafka);

  await expect(admin.createTopic(topicPlan(name))).rejects.toMatchObject({ code: 'TOPIC_EXISTS' });
  await expect(admin.deleteTopics(['nowhere'])).rejects.toMatchObject({
    code: 'TOPIC_UNKNOWN',
    where: { topic: 'nowhere' },
  });
  await expect(admin.describeTopics(['nowhere'])).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
  await expect(admin.lag('g', ['nowhere'])).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
});

test('the lag of a group that never committed counts from the start of the log', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka, { partitions: 2 });
  await producerOf(kafka).send(records(topic, 7, { partition: 1 }));

  const lags = await admin.lag(unique('g'), [topic]);

  expect(lags).toEqual([
    { topic, partition: 0, committed: null, endOffset: 0n, lag: 0n },
    { topic, partition: 1, committed: null, endOffset: 7n, lag: 7n },
  ]);
});

test('an address where no broker answers is named within seconds', async () => {
  const connection = connectionFromEnvironment({ KAFKA_BROKERS: '127.0.0.1:1' })!;
  const admin = createAdmin(connection, silentLog);

  const listing = admin.listTopics();

  await expect(listing).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE', retriable: true });
  await expect(listing).rejects.toThrow(/no Kafka broker answers at 127\.0\.0\.1:1: .*ECONNREFUSED/);
  await admin.close();
});

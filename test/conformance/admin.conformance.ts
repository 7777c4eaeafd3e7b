import { describe, expect, onTestFinished, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import {
  adminOf,
  createdTopic,
  keep,
  producerOf,
  record,
  records,
  startedConsumer,
  topicPlan,
  unique,
  values,
} from '../integration/kafka/cluster.ts';
import { until } from '../integration/until.ts';
import type { TransportCase } from './transport.ts';

async function all(range: AsyncIterable<ConsumerRecord>): Promise<ConsumerRecord[]> {
  const found: ConsumerRecord[] = [];
  for await (const one of range) found.push(one);
  return found;
}

/** What every admin must do. */
export function adminConformance({ name: transport, connect }: TransportCase): void {
  const kafka = connect('tapline-test');

  describe(`admin ${transport}`, () => {
    test('missing topics are created with their settings and can be written at once', async () => {
      const admin = adminOf(kafka);
      const plan = topicPlan(unique('t'), { partitions: 3, retentionMs: 600_000, retentionBytes: 33_554_432 });
      onTestFinished(() => admin.deleteTopics([plan.name]));

      const verdicts = await admin.ensureTopics([plan]);

      expect(verdicts).toEqual([{ topic: plan.name, verdict: 'created', notes: [] }]);
      await producerOf(kafka).send([record(plan.name, { partition: 2 })]);
      const [topic] = await admin.describeTopics([plan.name]);
      expect(topic!.partitions.map(({ partition, leader, low, high }) => ({ partition, leader, low, high }))).toEqual([
        { partition: 0, leader: 1, low: 0n, high: 0n },
        { partition: 1, leader: 1, low: 0n, high: 0n },
        { partition: 2, leader: 1, low: 0n, high: 1n },
      ]);
      expect(topic!.config).toMatchObject({
        'cleanup.policy': 'delete',
        'max.message.bytes': '1048576',
        'retention.ms': '600000',
        'retention.bytes': '33554432',
        'segment.bytes': '16777216',
        'min.insync.replicas': '1',
      });
      expect(await admin.ensureTopics([plan])).toEqual([{ topic: plan.name, verdict: 'unchanged', notes: [] }]);
      expect(await admin.listTopics()).toContain(plan.name);
    });

    test('what the topology names is changed and what it leaves open stays', async () => {
      const admin = adminOf(kafka);
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
      const name = await createdTopic(kafka);

      const [verdict] = await adminOf(kafka).ensureTopics([topicPlan(name, { maxMessageBytes: 4_000_000 })]);

      expect(verdict).toMatchObject({ verdict: 'altered', notes: ['max.message.bytes was 1048576, now 4000000.'] });
    });

    test('partitions that would have to be removed are a conflict, and then nothing is created or altered', async () => {
      const admin = adminOf(kafka);
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
      const name = unique('t');

      const creating = adminOf(kafka).createTopic(topicPlan(name, { segmentBytes: 1 }));

      await expect(creating).rejects.toMatchObject({ code: 'TOPIC_REFUSED', where: { topic: name } });
      await expect(creating).rejects.toThrow(
        /does not accept topic .* with 1 partitions, .*segment\.bytes=1, .*: .*; correct it in the topology/,
      );
    });

    test('topics that are there or are not are named', async () => {
      const admin = adminOf(kafka);
      const name = await createdTopic(kafka);

      await expect(admin.createTopic(topicPlan(name))).rejects.toMatchObject({ code: 'TOPIC_EXISTS' });
      await expect(admin.deleteTopics(['nowhere'])).rejects.toMatchObject({
        code: 'TOPIC_UNKNOWN',
        where: { topic: 'nowhere' },
      });
      await expect(admin.describeTopics(['nowhere'])).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
      await expect(admin.lag('g', ['nowhere'])).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
    });

    test('the lag of a group counts from what it has committed, or from the start of the log', async () => {
      const admin = adminOf(kafka);
      const topic = await createdTopic(kafka, { partitions: 2 });
      const groupId = unique('g');
      await producerOf(kafka).send(records(topic, 7, { partition: 1 }));
      const before = await admin.lag(groupId, [topic]);

      await admin.setOffsets(groupId, [{ topic, partition: 1, offset: 5n }]);

      expect(before).toEqual([
        { topic, partition: 0, committed: null, endOffset: 0n, lag: 0n },
        { topic, partition: 1, committed: null, endOffset: 7n, lag: 7n },
      ]);
      expect((await admin.lag(groupId, [topic]))[1]).toMatchObject({ committed: 5n, endOffset: 7n, lag: 2n });
    });

    test('a stretch of a partition is read without a group, from the first offset to before the last', async () => {
      const admin = adminOf(kafka);
      const topic = await createdTopic(kafka, { partitions: 2 });
      await producerOf(kafka).send(records(topic, 9, { partition: 1, key: 'k', headers: { a: 'b' } }));

      const found = await all(admin.readRange({ topic, partition: 1, from: 2n, to: 5n }));

      expect(values(found)).toEqual(['2', '3', '4']);
      expect(found[0]).toMatchObject({
        topic,
        partition: 1,
        offset: 2n,
        key: Buffer.from('k'),
        headers: { a: Buffer.from('b') },
      });
    });

    test('what was deleted is passed over, and a place that is gone holds nothing', async () => {
      const admin = adminOf(kafka);
      const topic = await createdTopic(kafka);
      await producerOf(kafka).send(records(topic, 5));

      await admin.deleteRecords({ topic, partition: 0, offset: 3n });

      expect(values(await all(admin.readRange({ topic, partition: 0, from: 0n, to: 5n })))).toEqual(['3', '4']);
      expect(await all(admin.readRange({ topic, partition: 0, from: 1n, to: 2n }))).toEqual([]);
      expect(await all(admin.readRange({ topic, partition: 0, from: 9n, to: 10n }))).toEqual([]);
      await expect(all(admin.readRange({ topic: 'nowhere', partition: 0, from: 0n, to: 1n }))).rejects.toMatchObject({
        code: 'TOPIC_UNKNOWN',
      });
    });

    test('offsets are set for a group that nobody is in, with a text beside them', async () => {
      const admin = adminOf(kafka);
      const topic = await createdTopic(kafka, { partitions: 2 });
      const groupId = unique('g');
      expect(await admin.groupState(groupId)).toEqual({ members: [] });
      expect(await admin.groupOffsets(groupId)).toEqual([]);

      await admin.setOffsets(groupId, [{ topic, partition: 1, offset: 7n, metadata: 'why' }]);

      expect(await admin.groupOffsets(groupId)).toEqual([{ topic, partition: 1, offset: 7n, metadata: 'why' }]);
    });

    test('offsets are not set while the group has members, who are named', async () => {
      const admin = adminOf(kafka);
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      await startedConsumer(kafka, { groupId, topics: [topic], onBatch: async () => undefined });

      const setting = admin.setOffsets(groupId, [{ topic, partition: 0, offset: 0n }]);

      await expect(setting).rejects.toMatchObject({
        code: 'ARGUMENT_INVALID',
        message: `group ${groupId} has members, which would overwrite what is set; stop them first`,
      });
      const { members } = await admin.groupState(groupId);
      expect(members.map(({ clientId }) => clientId)).toEqual(['tapline-test']);
    });

    test('a time is looked up in each partition, and one after the last record is the end', async () => {
      const admin = adminOf(kafka);
      const topic = await createdTopic(kafka, { partitions: 2 });
      await producerOf(kafka).send([record(topic, { timestampMs: 1_000 }), record(topic, { timestampMs: 2_000 })]);

      const offsets = await admin.offsetsAt([topic], { timestampMs: 1_500 });

      expect(offsets).toEqual([
        { topic, partition: 0, offset: 1n },
        { topic, partition: 1, offset: 0n },
      ]);
      const [first] = await admin.offsetsAt([topic], 'earliest');
      const [last] = await admin.offsetsAt([topic], 'latest');
      expect([first!.offset, last!.offset]).toEqual([0n, 2n]);
    });

    test('a topic that is made anew under an old name is read from its beginning', async () => {
      const admin = adminOf(kafka);
      const plan = topicPlan(unique('t'));
      const groupId = unique('g');
      const producer = producerOf(kafka);
      const [before, after]: [ConsumerRecord[], ConsumerRecord[]] = [[], []];
      await admin.createTopic(plan);
      await producer.send(records(plan.name, 5));
      const first = await startedConsumer(kafka, { groupId, topics: [plan.name], onBatch: keep(before) });
      await until(() => before.length === 5, { what: 'five records' });
      await first.stop();

      await admin.deleteTopics([plan.name]);
      await admin.createTopic(plan);
      onTestFinished(() => admin.deleteTopics([plan.name]));
      await producerOf(kafka).send([record(plan.name, { value: 'anew' })]);
      await startedConsumer(kafka, { groupId, topics: [plan.name], onBatch: keep(after) });
      await until(() => after.length === 1, { what: 'the record' });

      expect(values(after)).toEqual(['anew']);
    });
  });
}

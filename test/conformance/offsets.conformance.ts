import { describe, expect, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import {
  adminOf,
  committedOf,
  createdTopic,
  keep,
  producerOf,
  record,
  records,
  startedConsumer,
  unique,
  values,
} from '../integration/kafka/cluster.ts';
import { until } from '../integration/until.ts';
import type { TransportCase } from './transport.ts';

/** What every consumer must do with what it is told of offsets. */
export function offsetsConformance({ name, connect }: TransportCase): void {
  const kafka = connect('tapline-test');

  describe(`offsets ${name}`, () => {
    test('a group goes on after what it has committed, and reads again what it has only advanced past', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const producer = producerOf(kafka);
      const before: string[] = [];
      const after: ConsumerRecord[] = [];
      const begun: (bigint | null)[] = [];
      await producer.send(records(topic, 4));
      const first = await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: async (batch, context) => {
          before.push(...values(batch.records));
          if (before.length === 4) await context.commit(2n);
          context.advance(batch.nextOffset);
          begun.push(await context.committed());
        },
      });
      await until(() => before.length === 4, { what: 'four records' });
      await producer.send([record(topic, { value: '4' })]);
      await until(() => begun.length >= 2, { what: 'the fifth record' });
      await first.stop();

      await startedConsumer(kafka, { groupId, topics: [topic], onBatch: keep(after) });
      await until(() => after.length === 3, { what: 'what was not committed' });

      expect(before).toEqual(['0', '1', '2', '3', '4']);
      expect(begun).toEqual([2n, 2n]);
      expect(values(after)).toEqual(['2', '3', '4']);
    });

    test('what a handler neither commits nor advances past is handed out again', async () => {
      const topic = await createdTopic(kafka);
      const rounds: string[][] = [];
      await producerOf(kafka).send(records(topic, 4));

      await startedConsumer(kafka, {
        groupId: unique('g'),
        topics: [topic],
        onBatch: async (batch, context) => {
          rounds.push(values(batch.records));
          await context.commit(rounds.length === 1 ? 2n : batch.nextOffset);
        },
      });
      await until(() => rounds.length === 2, { what: 'two rounds' });

      expect(rounds).toEqual([
        ['0', '1', '2', '3'],
        ['2', '3'],
      ]);
    });

    test('a rewound partition is read from there again, also before what is committed', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const rounds: string[][] = [];
      await producerOf(kafka).send(records(topic, 4));

      await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: async (batch, context) => {
          rounds.push(values(batch.records));
          await context.commit(batch.nextOffset);
          if (rounds.length === 1) context.rewind(1n);
        },
      });
      await until(() => rounds.length === 2, { what: 'two rounds' });

      expect(rounds).toEqual([
        ['0', '1', '2', '3'],
        ['1', '2', '3'],
      ]);
      expect(await committedOf(kafka, groupId, topic)).toBe(4n);
    });

    test('a commit never goes backwards', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      let done = false;
      await producerOf(kafka).send(records(topic, 10));

      await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: async (_, context) => {
          await context.commit(8n);
          await context.commit(2n);
          context.commitSoon(3n);
          context.advance(10n);
          done = true;
        },
      });
      await until(() => done, { what: 'the batch' });

      expect(await committedOf(kafka, groupId, topic)).toBe(8n);
    });

    test('what is committed already may be committed soon, and what comes later is committed after it', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const producer = producerOf(kafka);
      let handled = 0;
      await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: async (batch, context) => {
          if (handled === 0) await context.commit(batch.nextOffset);
          context.commitSoon(batch.nextOffset);
          handled += batch.records.length;
        },
      });
      await producer.send([record(topic)]);
      await until(() => handled === 1, { what: 'the first record' });

      await producer.send([record(topic)]);

      await until(async () => (await committedOf(kafka, groupId, topic)) === 2n, {
        what: 'the commit after it',
        timeoutMs: 10_000,
      });
    });

    test('what is to be committed soon is committed when the consumer has stopped', async () => {
      const topic = await createdTopic(kafka, { partitions: 2 });
      const groupId = unique('g');
      const handled: bigint[] = [];
      const producer = producerOf(kafka);
      await producer.send([...records(topic, 40), ...records(topic, 40, { partition: 1 })]);
      const consumer = await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        maxBytesPerPartition: 200,
        onBatch: async ({ records: batch }, context) => {
          for (const { offset } of batch) context.commitSoon(offset + 1n);
          handled.push(...batch.map(({ offset }) => offset));
        },
      });
      await until(() => handled.length === 80, { what: 'all records' });

      await consumer.stop();

      expect((await adminOf(kafka).lag(groupId, [topic])).map(({ committed }) => committed)).toEqual([40n, 40n]);
    });

    test('a group that starts at the latest record gets what comes after its start, also after a restart in between', async () => {
      const topic = await createdTopic(kafka);
      const producer = producerOf(kafka);
      const groupId = unique('g');
      const found: ConsumerRecord[] = [];
      await producer.send(records(topic, 5));

      const first = await startedConsumer(kafka, { groupId, topics: [topic], startAt: 'latest', onBatch: keep(found) });
      await until(async () => (await committedOf(kafka, groupId, topic)) === 5n, { what: 'the committed beginning' });
      await first.stop();
      await producer.send([record(topic, { value: 'while away' })]);
      await startedConsumer(kafka, { groupId, topics: [topic], startAt: 'latest', onBatch: keep(found) });
      await until(() => found.length > 0, { what: 'the record' });

      expect(values(found)).toEqual(['while away']);
    });

    test('a group that resets to the latest record ignores what it has committed', async () => {
      const topic = await createdTopic(kafka);
      const producer = producerOf(kafka);
      const groupId = unique('g');
      const [before, after]: [ConsumerRecord[], ConsumerRecord[]] = [[], []];
      await producer.send(records(topic, 5));
      const first = await startedConsumer(kafka, { groupId, topics: [topic], onBatch: keep(before) });
      await until(() => before.length === 5, { what: 'five records' });
      await first.stop();
      await producer.send(records(topic, 20));

      await startedConsumer(kafka, { groupId, topics: [topic], resetTo: 'latest', onBatch: keep(after) });
      await producer.send([record(topic, { value: 'new' })]);
      await until(() => after.length > 0, { what: 'the new record' });

      expect(values(after)).toEqual(['new']);
    });

    test('a group that resets to a place reads again what it has committed, on each start and from nowhere else', async () => {
      const topic = await createdTopic(kafka);
      const producer = producerOf(kafka);
      const groupId = unique('g');
      const nowMs = Date.now();
      const values1 = [3000, 2000, 1000].map((agoMs) =>
        record(topic, { value: `${agoMs}`, timestampMs: nowMs - agoMs }),
      );
      await producer.send(values1);
      const places = ['earliest', { timestampMs: nowMs - 2500 }, 'earliest'] as const;

      const found: string[][] = [];
      for (const resetTo of places) {
        const read: ConsumerRecord[] = [];
        const run = await startedConsumer(kafka, { groupId, topics: [topic], resetTo, onBatch: keep(read) });
        const most = typeof resetTo === 'string' ? 3 : 2;
        await until(() => read.length >= most, { what: 'the records' });
        await run.stop();
        found.push([...values(read)]);
      }

      expect(found).toEqual([
        ['3000', '2000', '1000'],
        ['2000', '1000'],
        ['3000', '2000', '1000'],
      ]);
    });
  });
}

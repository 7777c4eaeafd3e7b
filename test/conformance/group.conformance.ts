import { describe, expect, onTestFinished, test } from 'vitest';
import type { BatchContext, ConsumerOptions } from '../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import {
  adminOf,
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

type Loss = Parameters<NonNullable<ConsumerOptions['onLost']>>[0];

/** What every consumer must do as one of several in a group, and where its log is cut under it. */
export function groupConformance({ name, connect }: TransportCase): void {
  const kafka = connect('tapline-test');

  describe(`group ${name}`, () => {
    test('a second member takes its share under load, a leaving one gives it back, and no record is lost or overtaken', async () => {
      const topic = await createdTopic(kafka, { partitions: 4 });
      const producer = producerOf(kafka);
      const groupId = unique('g');
      const seen: ConsumerRecord[] = [];
      const owned = { first: 0, second: 0 };
      const member = (who: keyof typeof owned): Parameters<typeof startedConsumer>[1] => ({
        groupId,
        topics: [topic],
        onBatch: keep(seen),
        onAssigned: ({ partitions }) => (owned[who] = partitions.length),
      });
      const stop = new AbortController();
      const acknowledged: string[] = [];
      const sending = [0, 1, 2, 3].map(async (partition) => {
        for (let n = 0; !stop.signal.aborted; n++) {
          await producer.send([record(topic, { partition, value: `${partition}:${n}` })]);
          acknowledged.push(`${partition}:${n}`);
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      const some = async (): Promise<void> => {
        const before = seen.length;
        await until(() => seen.length > before + 200, { what: () => `200 records more, have ${seen.length}` });
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

    test('epochs grow, and who loses a partition is told, holds it no more, and commits nothing more', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const admin = adminOf(kafka);
      const epochs: number[] = [];
      const newOwner: ConsumerRecord[] = [];
      let former: BatchContext | undefined;
      let confirmed: boolean | undefined;
      // Members get their partitions in the order of their ids, which begin with the client's.
      const [first, last] = [connect('a'), connect('z')];
      await producerOf(kafka).send(records(topic, 10));
      await startedConsumer(last, {
        groupId,
        topics: [topic],
        onAssigned: ({ epoch }) => epochs.push(epoch),
        onBatch: async (batch, context) => {
          confirmed ??= await context.confirm();
          former ??= context;
          context.advance(batch.nextOffset);
        },
      });
      await until(() => former !== undefined, { what: 'the first batch' });
      expect(confirmed).toBe(true);
      expect(former!.signal.aborted).toBe(false);
      expect(await former!.holds()).toBe(true);

      await startedConsumer(first, { groupId, topics: [topic], onBatch: keep(newOwner) });
      await until(() => former!.signal.aborted, { what: 'the loss of the partition' });
      await until(async () => (await admin.lag(groupId, [topic]))[0]?.committed === 10n, {
        what: () => `the commit of the new owner, who has ${newOwner.length} records`,
      });
      await former!.commit(3n);
      former!.commitSoon(4n);
      former!.rewind(0n);

      expect(await former!.holds()).toBe(false);
      expect(await former!.committed()).toBeNull();
      expect(await former!.backlogOf(topic)).toBe(0n);
      expect(values(newOwner)).toHaveLength(10);
      expect((await admin.lag(groupId, [topic]))[0]).toMatchObject({ committed: 10n, lag: 0n });
      await until(() => epochs.length === 2, { what: 'the second epoch' });
      expect(epochs).toEqual([1, 2]);
    });

    test('a handler that ends after the rebalance began still commits, and the next owner goes on after it', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const [first, last] = [connect('a'), connect('z')];
      const found: ConsumerRecord[] = [];
      let begun = false;
      await producerOf(kafka).send(records(topic, 3));
      await startedConsumer(last, {
        groupId,
        topics: [topic],
        onBatch: async (_, context) => {
          begun = true;
          await until(() => context.signal.aborted, { what: 'the rebalance' });
          context.commitSoon(2n);
        },
      });
      await until(() => begun, { what: 'the first batch' });

      await startedConsumer(first, { groupId, topics: [topic], onBatch: keep(found) });
      await until(() => found.length > 0, { what: 'what is left' });

      expect(values(found)).toEqual(['2']);
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
      await until(() => owned.every(({ length }) => length > 0) && owned.flat().length === 6, {
        what: 'a share for each',
      });

      for (const share of owned) {
        const [left, right] = [0, 1].map((topic) =>
          share.filter((one) => one.startsWith(`${topic}:`)).map((one) => one.slice(2)),
        );
        expect(left).toEqual(right);
      }
    });

    test('a member that was removed from its group joins it again', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const found: ConsumerRecord[] = [];
      const assigned: string[] = [];
      await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: keep(found),
        onAssigned: ({ memberId }) => assigned.push(memberId),
      });

      await adminOf(kafka).removeMember(groupId, assigned[0]!);
      await adminOf(kafka).removeMember(groupId, 'nobody'); // no error
      await until(() => assigned.length === 2, { what: 'the second assignment' });
      await producerOf(kafka).send([record(topic, { value: 'after' })]);
      await until(() => found.length === 1, { what: 'the record' });
    });

    test('records deleted while nobody read are reported at the start', async () => {
      const topic = await createdTopic(kafka);
      const producer = producerOf(kafka);
      const groupId = unique('g');
      const found: ConsumerRecord[] = [];
      const losses: Loss[] = [];
      await producer.send(records(topic, 10));
      const first = await startedConsumer(kafka, { groupId, topics: [topic], onBatch: keep(found) });
      await until(() => found.length === 10, { what: 'ten records' });
      await first.stop();

      await producer.send(records(topic, 10));
      await adminOf(kafka).deleteRecords({ topic, partition: 0, offset: 20n });
      await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: keep(found),
        onLost: (loss) => losses.push(loss),
      });

      expect(losses).toEqual([{ topic, partition: 0, count: 10n, fromOffset: 10n, toOffset: 20n }]);
    });

    test.each([
      { left: 4, what: 'records deleted behind a slow handler are reported, and the group goes on after them' },
      { left: 0, what: 'a log that was deleted to its end is reported though no record follows' },
    ])('$what', async ({ left }) => {
      const topic = await createdTopic(kafka);
      const producer = producerOf(kafka);
      const found: ConsumerRecord[] = [];
      const losses: Loss[] = [];
      let release: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      await producer.send([record(topic, { value: 'first' })]);
      await startedConsumer(kafka, {
        groupId: unique('g'),
        topics: [topic],
        onLost: (loss) => losses.push(loss),
        onBatch: async (batch, context) => {
          found.push(...batch.records);
          if (found.length === 1) await held;
          await context.commit(batch.nextOffset);
        },
      });
      await until(() => found.length === 1, { what: 'the first record' });

      await producer.send(records(topic, 9));
      await adminOf(kafka).deleteRecords({ topic, partition: 0, offset: BigInt(10 - left) });
      release!();
      await until(() => losses.length > 0 && found.length === 1 + left, {
        what: () => `the records that are left, have ${values(found).join()}`,
      });

      expect(values(found)).toEqual(['first', ...['0', '1', '2', '3', '4', '5', '6', '7', '8'].slice(9 - left)]);
      const toOffset = BigInt(10 - left);
      expect(losses).toEqual([{ topic, partition: 0, count: toOffset - 1n, fromOffset: 1n, toOffset }]);
    });

    test('transaction markers are no loss and no records, and what was rolled back is not handed out', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const found: ConsumerRecord[] = [];
      const losses: Loss[] = [];
      const producer = producerOf(kafka).transactional(unique('tx'));
      onTestFinished(() => producer.close());
      await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: keep(found),
        onLost: (loss) => losses.push(loss),
      });
      const ahead = record(topic, { timestampMs: Date.now() + 7_200_000 });

      for (const value of ['a', 'rolled back', 'b']) {
        await producer.begin(new AbortController().signal);
        const batch = value === 'rolled back' ? [record(topic, { value }), ahead] : [record(topic, { value })];
        await producer.commit(batch, { groupId: unique('other'), offsets: [] }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: expect.stringMatching(/RECORD_REFUSED|TRANSACTION_LOST/) as string });
        });
      }
      await until(() => found.length === 2, { what: 'both committed records' });
      await until(async () => (await adminOf(kafka).lag(groupId, [topic]))[0]?.lag === 0n, { what: 'no lag' });

      expect(values(found)).toEqual(['a', 'b']);
      expect(losses).toEqual([]);
    });
  });
}

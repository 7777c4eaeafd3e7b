import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { until } from '../until.ts';
import { createdTopic, kafkaAt, producerOf, records, startedConsumer, unique } from './cluster.ts';

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);

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

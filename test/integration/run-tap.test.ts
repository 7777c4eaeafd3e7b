import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { createKafka } from '../../pipeline/kafka/index.ts';
import { silentLog } from '../runtime/stage-harness.ts';
import type { TopicPlan } from '../../pipeline/topology/plan.ts';
import { tapline } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

const plan = (name: string): TopicPlan => ({
  name,
  holds: 'records',
  partitions: 2,
  retentionMs: 600_000,
  retentionBytes: -1,
  segmentBytes: 1024 * 1024,
  maxMessageBytes: 1024 * 1024,
  explicit: [],
});

test('run --tap works on a slice of a live topic, and prints what the processor makes of it', async () => {
  const topic = `run-${randomUUID()}`;
  const admin = createKafka({ bootstrap: [bootstrap] }, { log: silentLog, clientId: 'test' }).admin();
  await admin.createTopic(plan(topic));
  await admin.close();
  const produce = await tapline({ args: ['produce', topic, '--key-separator', ':'], env });
  produce.process.stdin!.end(Array.from({ length: 30 }, (_, n) => `k${n}:${n}\n`).join(''));
  expect(await produce.ended, produce.lines.join('\n')).toBe(0);

  const some = await tapline({
    args: ['run', 'filter', '--with', 'where: "$ >= 0"', '--tap', topic, '--limit', '12'],
    env,
  });
  const all = await tapline({
    args: ['run', 'filter', '--with', 'where: "$ >= 20"', '--tap', topic, '--limit', '100'],
    env,
  });

  expect(await some.ended).toBe(0);
  expect(some.lines, some.lines.join('\n')).toHaveLength(12);
  expect(await all.ended).toBe(0);
  const values = all.lines.map((line) => (JSON.parse(line) as { value: number }).value);
  expect(values.sort((a, b) => a - b)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
});

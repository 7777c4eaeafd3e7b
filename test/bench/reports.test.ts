import { expect, test } from 'vitest';
import { guaranteesText, stateText } from '../../scripts/bench/guarantee-report.ts';
import { summary, WORKLOADS } from '../../scripts/bench/guarantees.ts';
import { onOwnTopics } from '../../scripts/bench/own-topics.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';

const machine = { cpu: 'a cpu', cores: 2, memory: 1, platform: 'linux', node: 'v20', loadAtStart: 0, broker: '' };

function rounds(...rates: readonly (readonly [number, number])[]) {
  return rates.map(([atLeastOnce, exactlyOnce]) => ({ 'at-least-once': atLeastOnce, 'exactly-once': exactlyOnce }));
}

test('the ratio is the median of the ratios of the rounds, not of rates that were measured apart', () => {
  const { median, ratio } = summary(rounds([1000, 900], [100, 50], [500, 400]));

  expect(median).toEqual({ 'at-least-once': 500, 'exactly-once': 400 });
  expect(ratio).toBe(0.8); // of 0.9, 0.5 and 0.8
});

test('the table tells every round, the batch that was best, and which aim was missed', () => {
  const [workload] = WORKLOADS;
  const measured = rounds([600, 450], [620, 465], [610, 460]);
  const batch = { 'at-least-once': 8, 'exactly-once': 8 };
  const workerCpuUs = { 'at-least-once': 900, 'exactly-once': 1100.25 };

  const text = guaranteesText({
    guarantees: [{ workload: workload!, batch, rounds: measured, workerCpuUs, ...summary(measured) }],
    machine,
  });

  const cells = text.split('\n').map((line) => line.split(/ {2,}/));
  expect(cells[1]).toEqual(['100 KB, at-least-once', '8', '610', '600 620 610', '900.0', '>= 530, reached']);
  expect(cells[2]).toEqual(['100 KB, exactly-once', '8', '460', '450 465 460', '1100.3', '0.75', '>= 0.8, missed']);
});

test('figures of state stand beside their aims', () => {
  const text = stateText({
    counting: { memory: 31_000, disk: 14_000 },
    countingCpuUs: { memory: 30, disk: 60 },
    restore: { memory: 80_000, disk: 61_000 },
    warm: { fromReadyS: 0.5, fromStartS: 2.5 },
    keys: 1_000_000,
    machine,
  });

  expect(text).toMatch(/in memory +31000 records\/s +30\.0 us +>= 30000, reached/);
  expect(text).toMatch(/on disk +14000 records\/s +60\.0 us +>= 15000, missed/);
  expect(text).toMatch(/restart with 1000000 keys on disk +0\.50 s +<= 2, reached/);
});

test('changelogs, which have the name of the topology already, keep their names on own topics', () => {
  const topic = {
    holds: 'changes',
    partitions: 1,
    retentionMs: 1,
    retentionBytes: 1,
    segmentBytes: 1,
    maxMessageBytes: 1,
  };
  const topics = ['in', 't-a-s-changelog', 't.a.dlq'].map((name) => ({ ...topic, name, explicit: [] }));
  const plan = { name: 't', file: '', topics, sources: [], stages: [], taps: [] } as Plan;

  expect(onOwnTopics(plan).topics.map(({ name }) => name)).toEqual(['t.in', 't-a-s-changelog', 't.a.dlq']);
});

import { expect, test } from 'vitest';
import { Liveness } from '../../pipeline/kafka/liveness.ts';

function watched(): { liveness: Liveness; told: (boolean | 'stuck')[]; ticks: (count: number) => void } {
  const told: (boolean | 'stuck')[] = [];
  const limits = { awayAfterMs: 3_000, stuckAfterMs: 10_000 };
  const liveness = new Liveness(limits, { onAway: (away) => told.push(away), onStuck: () => told.push('stuck') });
  const ticks = (count: number): void => {
    for (let n = 0; n < count; n++) liveness.tick();
  };
  return { liveness, told, ticks };
}

test('a silent broker is told once, and its return once', () => {
  const { liveness, told, ticks } = watched();

  ticks(5);
  expect(told).toEqual([]);
  ticks(20);
  expect(told).toEqual([true]);
  liveness.answered();
  liveness.answered();
  expect(told).toEqual([true, false]);
});

test('a group that is being joined is not a silent broker', () => {
  const { liveness, told, ticks } = watched();

  liveness.joining(true);
  ticks(100);
  liveness.joining(false);
  ticks(5);

  expect(told).toEqual([]);
});

test('a member without heartbeats while brokers answer is stuck, one without brokers is not', () => {
  const { liveness, told, ticks } = watched();

  for (let n = 0; n < 20; n++) {
    liveness.answered();
    ticks(1);
  }
  expect(told).toEqual(['stuck']);

  ticks(100);
  expect(told).toEqual(['stuck', true]);
});

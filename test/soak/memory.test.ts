import { expect, test } from 'vitest';
import { judgeMemory, memoryOf, type Memory } from '../../scripts/soak/memory.ts';

const order = { frames: 5000, killed: 'resize-0' };

function memory(more: Readonly<Record<string, number>> = {}): Memory {
  return new Map(Object.entries({ 'decode-0': 120, 'resize-0': 400, 'encode-0': 130, 'detect-0': 250, ...more }));
}

test('judges the worker with the highest figure, and never the one that was killed', () => {
  const checks = judgeMemory({ beforeLoad: memory(), steady: memory(), after: memory({ 'encode-0': 160 }) }, order);

  expect(checks.map(({ what, measured, verdict }) => [what, measured, verdict])).toEqual([
    ['RSS without model, before load (encode-0)', '130 MB', 'pass'],
    ['RSS without model, after 5000 frames (encode-0)', '160 MB', 'fail'],
    ['RSS with model, before load (detect-0)', '250 MB', 'pass'],
    ['RSS with model, after 5000 frames (detect-0)', '250 MB', 'pass'],
    ['RSS grown since a tenth of them (encode-0)', '23.08 %', 'fail'],
  ]);
});

test('a worker that could not be measured fails its checks under its name', () => {
  const after = memory({ 'decode-0': NaN });

  const checks = judgeMemory({ beforeLoad: memory(), steady: memory(), after }, order);

  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  expect(failed.map(({ what, measured }) => `${what}: ${measured}`)).toEqual([
    'RSS without model, after 5000 frames (decode-0): not measured',
    'RSS grown since a tenth of them (decode-0): not measured',
  ]);
});

test('a run that ended before memory was steady fails the growth of every worker', () => {
  const checks = judgeMemory({ beforeLoad: memory(), steady: new Map(), after: memory() }, order);

  expect(checks.at(-1)).toMatchObject({
    what: 'RSS grown since a tenth of them (decode-0, encode-0, detect-0)',
    measured: 'not measured',
    verdict: 'fail',
  });
});

test('measures a worker that runs, tells one that has died, and leaves out one that has done its work', async () => {
  const measured = await memoryOf({
    workers: [
      { process: { name: 'decode-0', pid: process.pid, state: 'running' } },
      { process: { name: 'resize-0', pid: undefined, state: 'waiting' } },
      { process: { name: 'encode-0', pid: 4_194_305, state: 'running' } }, // above what Linux gives out
      { process: { name: 'camera-0', pid: process.pid, state: 'finished' } },
    ],
  });

  expect([...measured.keys()]).toEqual(['decode-0', 'resize-0', 'encode-0']);
  expect(measured.get('decode-0')).toBeGreaterThan(10);
  expect([measured.get('resize-0'), measured.get('encode-0')]).toEqual([NaN, NaN]);
});

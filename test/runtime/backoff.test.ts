import { expect, test } from 'vitest';
import { Backoff } from '../../pipeline/runtime/backoff.ts';

test('who dies again and again waits longer and longer, and who lived long begins anew', () => {
  const backoff = new Backoff();

  expect([0, 0, 0, 0, 0, 0, 0, 0].map((livedMs) => backoff.after(livedMs))).toEqual([
    200, 400, 800, 1600, 3200, 6400, 10_000, 10_000,
  ]);
  expect([31_000, 10].map((livedMs) => backoff.after(livedMs))).toEqual([200, 400]);
});

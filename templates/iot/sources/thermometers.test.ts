import assert from 'node:assert';
import { test } from 'node:test';
import { runSource } from 'tapline/testing';
import thermometers from './thermometers.ts';

await test('every thermometer is read once in each round', async () => {
  const { records } = await runSource(thermometers, {
    with: { sensors: 2, every: '10s' },
    startTime: 1_000_000,
    limit: 4,
  });

  assert.deepEqual(
    records.map(({ key, timestampMs }) => [key, timestampMs]),
    [
      ['sensor-1', 1_000_000],
      ['sensor-2', 1_000_000],
      ['sensor-1', 1_010_000],
      ['sensor-2', 1_010_000],
    ],
  );
});

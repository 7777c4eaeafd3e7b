import { expect, test } from 'vitest';
import { atMost } from '../../scripts/soak/check.ts';
import { judgeOutage } from '../../scripts/soak/freshness.ts';
import { checkTable } from '../../scripts/soak/table.ts';

test('a broker that is not ours is not paused, and the table tells that this check was skipped and why', async () => {
  const outage = await judgeOutage(null, () => Promise.reject(new Error('nobody waits for a frame')));

  const table = checkTable([atMost('age', 1, { limit: 2, unit: 's' }), outage]);

  expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['age', '<= 2 s', '1 s', 'pass'],
    ['fresh again after 10 s without broker', '-', 'the broker is not ours to pause; unset KAFKA_BROKERS', 'skipped'],
    [''],
  ]);
});

import { expect, test } from 'vitest';
import { bucketsOf, bucketsSince, countersOf, quantile } from '../../pipeline/metrics/snapshot.ts';
import { WorkerHistory } from '../../pipeline/metrics/worker-history.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';

function someMetrics(): WorkerMetrics {
  return new WorkerMetrics({ topology: 't', kind: 'stage', name: 's', worker: 's-0' });
}

test('tells drops by their reason', async () => {
  const metrics = someMetrics();
  metrics.drop({ STALE: 2, SUPERSEDED: 1 });
  metrics.drop({ STALE: 1 });

  const counters = countersOf(await metrics.snapshot());

  expect(counters).toMatchObject({ 'dropped.STALE': 3, 'dropped.SUPERSEDED': 1 });
});

test('finds percentiles within the bucket they fall into', async () => {
  const metrics = someMetrics();
  for (let n = 0; n < 98; n++) metrics.processMs.observe(6);
  metrics.processMs.observe(600);
  metrics.processMs.observe(600);

  const buckets = bucketsOf(await metrics.snapshot(), 'process_milliseconds');

  expect(quantile(buckets, 0.5)).toBeGreaterThan(5);
  expect(quantile(buckets, 0.5)).toBeLessThanOrEqual(7);
  expect(quantile(buckets, 0.99)).toBeGreaterThan(500);
  expect(quantile(buckets, 0.99)).toBeLessThanOrEqual(1000);
});

test('has no percentile of nothing', async () => {
  const buckets = bucketsOf(await someMetrics().snapshot(), 'process_milliseconds');

  expect(quantile(bucketsSince(buckets, buckets), 0.5)).toBeNull();
});

test('keeps totals over a restart of the worker and takes rates from the present process alone', async () => {
  const history = new WorkerHistory();
  const first = someMetrics();
  first.recordsIn.inc(10);
  history.add(await first.snapshot(), 1000);
  history.endProcess();

  const second = someMetrics();
  second.recordsIn.inc(1);
  history.add(await second.snapshot(), 5000);
  second.recordsIn.inc(4);
  history.add(await second.snapshot(), 7000);

  expect(history.totals()).toMatchObject({ records_in: 15 });
  expect(history.recent()).toMatchObject({ seconds: 2, counters: { records_in: 4 } });
});

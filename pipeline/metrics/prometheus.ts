import { AggregatorRegistry, Gauge, Registry } from 'prom-client';
import type { TopologyStatus } from '../runtime/status.ts';
import type { MetricsSnapshot } from './worker-metrics.ts';

/** Prometheus text of a running topology: the workers' series, and what only the supervisor knows. */
export async function prometheusText(
  snapshots: readonly MetricsSnapshot[],
  status: Omit<TopologyStatus, 'metrics'>,
): Promise<string> {
  const workers = snapshots.some((snapshot) => snapshot.length > 0)
    ? AggregatorRegistry.aggregate([...snapshots])
    : new Registry();
  return [await workers.metrics(), await supervisorRegistry(status).metrics()].join('\n');
}

function supervisorRegistry(status: Omit<TopologyStatus, 'metrics'>): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ topology: status.topology });
  const labelNames = ['kind', 'name'];
  const restarts = new Gauge({
    name: 'tapline_restarts',
    help: 'Restarts of workers.',
    labelNames,
    registers: [registry],
  });
  const running = new Gauge({ name: 'tapline_workers', help: 'Workers that run.', labelNames, registers: [registry] });
  for (const kind of ['sources', 'stages', 'taps'] as const) {
    for (const part of status[kind]) {
      const labels = { kind: kind.slice(0, -1), name: part.name };
      restarts.set(labels, part.restarts);
      running.set(labels, part.workers);
    }
  }
  const lag = new Gauge({
    name: 'tapline_lag_records',
    help: 'Records of a partition that a group has not committed.',
    labelNames: ['group', 'topic', 'partition'],
    registers: [registry],
  });
  for (const { group, partitions } of [...status.stages, ...status.taps]) {
    for (const { topic, partition, lag: records } of partitions) lag.set({ group, topic, partition }, records);
  }
  return registry;
}

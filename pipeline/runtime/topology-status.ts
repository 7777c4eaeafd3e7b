import type { Connection } from '../ports/admin.ts';
import type { Plan } from '../topology/plan.ts';
import type { LagWatch } from './lag-watch.ts';
import { partStatus, type Counted, type GroupStatus, type TapStatus, type TopologyStatus } from './status.ts';

interface Running {
  readonly plan: Plan;
  readonly connection: Pick<Connection, 'bootstrap'>;
  readonly workers: { named(name: string): readonly Counted[] };
  readonly lags: LagWatch;
}

/** Figures of all parts of a topology that this process runs. */
export function topologyStatus({ plan, connection, workers, lags }: Running): Omit<TopologyStatus, 'metrics'> {
  const status = ({ name }: { readonly name: string }) => partStatus(name, workers.named(name));
  return {
    topology: plan.name,
    file: plan.file,
    pid: process.pid,
    broker: { bootstrap: connection.bootstrap.join(',') },
    sources: plan.sources.map(status),
    stages: plan.stages.map((stage): GroupStatus => ({ ...status(stage), ...lags.of(stage.group) })),
    taps: plan.taps.map((tap): TapStatus => ({
      ...status(tap),
      ...lags.of(tap.group),
      on: tap.on,
      address: workers.named(tap.name)[0]?.process.address ?? null,
    })),
  };
}

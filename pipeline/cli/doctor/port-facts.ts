import { isPortFree } from '../../broker/free-port.ts';
import { findRuns } from '../../runtime/run-file.ts';
import { DEFAULT_METRICS_PORT } from '../../runtime/status-server.ts';
import type { Plan } from '../../topology/plan.ts';
import { stateDirectory } from '../options.ts';
import type { PortFact } from './judge-place.ts';

const BROKER_PORT = 9092;
const VIEWER_PORT = 8080;

type Wanted = Omit<PortFact, 'isFree' | 'isOurs'> & { readonly host?: string; readonly ofTopology: boolean };

/** The ports that `up` listens at: of viewers, of its figures, and of the broker it would start. */
export async function portFacts(plan: Plan | null, startsBroker: boolean): Promise<readonly PortFact[]> {
  const runs = await findRuns(stateDirectory());
  const isRunning = runs.some(({ topology }) => topology === plan?.name);
  const wanted = [...(plan ? viewerPorts(plan) : []), figuresPort(), ...(startsBroker ? [brokerPort()] : [])];
  return Promise.all(
    wanted.map(async ({ host, ofTopology, ...fact }) => {
      const isFree = await isPortFree(fact.port, host);
      return { ...fact, isFree, isOurs: !isFree && isRunning && ofTopology };
    }),
  );
}

function viewerPorts({ taps }: Plan): readonly Wanted[] {
  return taps.flatMap(({ name, sink, options }) => {
    if (sink !== 'viewer') return [];
    const { host, port } = options as { readonly host: string; readonly port?: number };
    if (port === 0) return [];
    const mend = `stop the program that has it, or choose another: --set taps.${name}.with.port=${(port ?? VIEWER_PORT) + 1}`;
    const isFixed = port !== undefined;
    return [{ of: `tap "${name}"`, host, port: port ?? VIEWER_PORT, isFixed, mend, ofTopology: true }];
  });
}

function figuresPort(): Wanted {
  const mend = 'give `up` a --metrics-port where something expects it at a known one';
  return { of: 'metrics and status', port: DEFAULT_METRICS_PORT, isFixed: false, mend, ofTopology: true };
}

function brokerPort(): Wanted {
  const mend = `if it is a Kafka broker you want to use: KAFKA_BROKERS=127.0.0.1:${BROKER_PORT}; else tell your tools the address that \`up\` prints`;
  return { of: 'the managed broker', port: BROKER_PORT, isFixed: false, mend, ofTopology: false };
}

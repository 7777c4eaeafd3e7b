import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNote } from '../../pipeline/broker/broker-note.ts';
import { answersAt } from '../../pipeline/broker/free-port.ts';
import { acquireBroker, type Broker } from '../../pipeline/broker/index.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import type { Cleanup } from './cleanup.ts';

const LOOK_MS = 5;

/** A broker to measure with. */
export interface BenchBroker extends Pick<Broker, 'connection' | 'bootstrap' | 'describe'> {
  /** Null where it is not ours to look into. */
  readonly pid: number | null;
  /** Kills it and starts it again on its port after a while; when that port was open, microseconds since 1970 UTC. */
  bounce(awayMs: number): Promise<number>;
}

/** A managed broker of the bench's own, gone when the bench is; or the one that KAFKA_BROKERS names. */
export async function startBroker(
  directory: string,
  { cleanup, onProgress }: { readonly cleanup: Cleanup; readonly onProgress: (line: string) => void },
): Promise<BenchBroker> {
  const stateDirectory = join(directory, 'state');
  const acquire = (preferredPort: number): Promise<Broker> =>
    acquireBroker({ stateDirectory, preferredPort, onProgress });
  let broker = await acquire(0);
  let pid = await pidIn(stateDirectory);
  cleanup.add(() => broker.stop());
  const port = Number(broker.bootstrap.split(':').at(-1));
  return {
    connection: broker.connection,
    bootstrap: broker.bootstrap,
    describe: () => broker.describe(),
    get pid() {
      return pid;
    },
    async bounce(awayMs) {
      if (pid === null) throw new RangeError('the broker is not ours to kill');
      process.kill(pid, 'SIGKILL');
      await sleep(awayMs);
      const starting = acquire(port);
      const openUs = await Promise.race([openAt(port), starting.then(() => systemClock.nowUs())]);
      broker = await starting;
      pid = await pidIn(stateDirectory);
      return openUs;
    },
  };
}

async function pidIn(stateDirectory: string): Promise<number | null> {
  const note = await readNote(stateDirectory);
  return note && 'pid' in note ? note.pid : null;
}

async function openAt(port: number): Promise<number> {
  while (!(await answersAt(port))) await sleep(LOOK_MS);
  return systemClock.nowUs();
}

import { join } from 'node:path';
import { readNote } from '../../pipeline/broker/broker-note.ts';
import { acquireBroker, type Broker } from '../../pipeline/broker/index.ts';
import type { Cleanup } from './cleanup.ts';

/** A broker to measure with. */
export interface BenchBroker extends Pick<Broker, 'connection' | 'bootstrap' | 'describe'> {
  /** Null where it is not ours to look into. */
  readonly pid: number | null;
}

/** A managed broker of the bench's own, gone when the bench is; or the one that KAFKA_BROKERS names. */
export async function startBroker(
  directory: string,
  { cleanup, onProgress }: { readonly cleanup: Cleanup; readonly onProgress: (line: string) => void },
): Promise<BenchBroker> {
  const stateDirectory = join(directory, 'state');
  const broker = await acquireBroker({ stateDirectory, preferredPort: 0, onProgress });
  cleanup.add(() => broker.stop());
  const note = await readNote(stateDirectory);
  return {
    connection: broker.connection,
    bootstrap: broker.bootstrap,
    describe: () => broker.describe(),
    pid: note && 'pid' in note ? note.pid : null,
  };
}

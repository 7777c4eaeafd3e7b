import { join } from 'node:path';
import { RetriableError } from '../errors/pipeline-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { PartitionReader } from '../ports/partition-reader.ts';
import type { StoreSpecs } from '../ports/processor.ts';
import type { Producer } from '../ports/producer.ts';
import type { ByteStore } from '../ports/store.ts';
import { MemoryByteStore } from '../state/memory-byte-store.ts';
import { TaskStores } from '../state/task-stores.ts';
import type { StagePlan } from '../topology/plan.ts';
import { ChangelogState } from './changelog-state.ts';
import type { TaskState } from './task-state.ts';

const MOST_LEFT_BEHIND = 8;

interface StateParts {
  readonly topology: string;
  readonly plan: StagePlan;
  readonly specs: StoreSpecs;
  readonly reader: PartitionReader;
  readonly producer: Pick<Producer, 'send'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens the state of the tasks of a stage, below `.tapline/state` of the working directory where it is kept on disk. */
export async function stateFactory({
  topology,
  plan,
  specs,
  ...parts
}: StateParts): Promise<(partition: number) => TaskState> {
  const openStore = plan.state === 'disk' ? await diskOpener() : () => new MemoryByteStore();
  return (partition) => {
    const directory = join(process.cwd(), '.tapline', 'state', topology, plan.name, String(partition));
    const createByteStore = (name: string): ByteStore => openStore(join(directory, name));
    return new ChangelogState({
      ...parts,
      task: `${plan.name}-0_${partition}`,
      partition,
      changelogs: plan.changelogs,
      stores: new TaskStores({ stage: plan.name, specs, createByteStore }),
    });
  };
}

/** Where a worker that hangs still has the files open, the task goes on with new ones, restored from the changelog. */
async function diskOpener(): Promise<(path: string) => ByteStore> {
  const { DiskByteStore } = await import('../state/disk-byte-store.ts'); // its library is large
  return (path) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return new DiskByteStore(attempt === 0 ? path : `${path}-${attempt}`);
      } catch (error) {
        if (!(error instanceof RetriableError) || attempt === MOST_LEFT_BEHIND) throw error;
      }
    }
  };
}

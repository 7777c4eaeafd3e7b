import { WorkerHistory } from '../metrics/worker-history.ts';
import type { Plan } from '../topology/plan.ts';
import type { Role } from './messages.ts';
import type { Observed } from './status.ts';
import type { WorkerProcess } from './worker-process.ts';

/** The workers of a topology. */
export class WorkerSet {
  #all: readonly Observed[] = [];

  get all(): readonly Observed[] {
    return this.#all;
  }

  /** Puts new workers in the place of others; what those of the same name have counted is kept. */
  replace(leaving: readonly Observed[], entering: readonly WorkerProcess[]): readonly Observed[] {
    const entered = entering.map((process) => {
      const former = leaving.find((one) => one.process.name === process.name);
      former?.history.endProcess();
      return { process, history: former?.history ?? new WorkerHistory() };
    });
    this.#all = [...this.#all.filter((worker) => !leaving.includes(worker)), ...entered];
    return entered;
  }

  historyOf(worker: WorkerProcess): WorkerHistory | undefined {
    return this.#all.find(({ process }) => process === worker)?.history;
  }

  of(kind: Role['kind']): Observed[] {
    return this.#all.filter(({ process }) => process.role.kind === kind);
  }

  named(name: string): Observed[] {
    return this.#all.filter(({ process }) => process.role.name === name);
  }
}

/** What the workers of a plan run. */
export function rolesOf({ sources, stages, taps }: Plan): Role[] {
  return [
    ...taps.map(({ name }): Role => ({ kind: 'tap', name, replica: 0 })),
    ...stages.flatMap(({ name, replicas }) =>
      Array.from({ length: replicas }, (_, replica): Role => ({ kind: 'stage', name, replica })),
    ),
    ...sources.map(({ name }): Role => ({ kind: 'source', name, replica: 0 })),
  ];
}

import type { Admin, PartitionLag } from '../ports/admin.ts';
import type { Clock } from '../ports/clock.ts';
import type { Plan } from '../topology/plan.ts';

const POLL_MS = 100;

/** A consumer group and what it reads. */
export interface GroupInput {
  readonly group: string;
  readonly topics: readonly string[];
}

/** What all stages and the working taps read. */
export function groupInputsOf({ stages, taps }: Plan, hasFailed: (tap: string) => boolean): readonly GroupInput[] {
  return [
    ...stages.map(({ group, from }) => ({ group, topics: from })),
    ...taps.filter(({ name }) => !hasFailed(name)).map(({ group, on }) => ({ group, topics: [on] })),
  ];
}

/** Groups of all stages that records written to `topic` can reach, in flow order. */
export function groupsDownstream(topic: string, { stages }: Plan): readonly GroupInput[] {
  const reached = new Set([topic]);
  const groups = new Map<string, GroupInput>();
  for (let before = -1; before < groups.size;) {
    before = groups.size;
    for (const stage of stages) {
      if (!stage.from.some((from) => reached.has(from))) continue;
      groups.set(stage.group, { group: stage.group, topics: stage.from });
      for (const output of Object.values(stage.to)) reached.add(output);
    }
  }
  return [...groups.values()];
}

/** Records that the groups have not committed yet, summed. */
export async function totalLag(admin: Admin, groups: readonly GroupInput[]): Promise<number> {
  const lags = await Promise.all(groups.map(({ group, topics }) => admin.lag(group, topics)));
  return sumOfLags(lags.flat());
}

export function sumOfLags(lags: readonly PartitionLag[]): number {
  return lags.reduce((sum, { lag }) => sum + Number(lag), 0);
}

/** Holds a pausable source back while too many of its records are under way: no back-pressure crosses a topic by itself. */
export class UnderWayLimit {
  readonly #admin: Admin;
  readonly #groups: readonly GroupInput[];
  readonly #limit: number;
  readonly #clock: Clock;
  #credit = 0;

  constructor({
    admin,
    groups,
    limit,
    clock,
  }: {
    admin: Admin;
    groups: readonly GroupInput[];
    limit: number;
    clock: Clock;
  }) {
    this.#admin = admin;
    this.#groups = groups;
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Resolves when one more record may be written; everything written before must be acknowledged by `settle`. */
  async admitOne(signal: AbortSignal, settle: () => Promise<void>): Promise<void> {
    while (this.#credit <= 0 && !signal.aborted) {
      await settle();
      this.#credit = this.#limit - (await totalLag(this.#admin, this.#groups));
      if (this.#credit <= 0) await this.#clock.sleep(POLL_MS, signal);
    }
    this.#credit--;
  }
}

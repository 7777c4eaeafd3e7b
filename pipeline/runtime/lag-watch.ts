import type { Admin, PartitionLag } from '../ports/admin.ts';
import type { GroupStatus } from './status.ts';
import { sumOfLags, type GroupInput } from './under-way.ts';

/** Lags of groups as they were last asked of the broker. */
export class LagWatch {
  readonly #admin: Admin;
  #lags = new Map<string, readonly PartitionLag[]>();

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  async refresh(inputs: readonly GroupInput[]): Promise<void> {
    for (const input of inputs) {
      try {
        this.#lags.set(input.group, await this.#admin.lag(input.group, input.topics));
      } catch {
        this.#lags.delete(input.group); // unknown while the broker is away, which the workers already tell
      }
    }
  }

  /** Asked in flow order, one pass of zeros proves that nothing is under way: a stage commits after its outputs are there. */
  async areDrained(inputs: readonly GroupInput[]): Promise<boolean> {
    for (const input of inputs) {
      const lags = await this.#admin.lag(input.group, input.topics);
      this.#lags.set(input.group, lags);
      if (sumOfLags(lags) > 0) return false;
    }
    return true;
  }

  of(group: string): Pick<GroupStatus, 'group' | 'lag' | 'partitions'> {
    const lags = this.#lags.get(group);
    const partitions = lags?.map(({ topic, partition, lag }) => ({ topic, partition, lag: Number(lag) })) ?? [];
    return { group, lag: lags ? sumOfLags(lags) : null, partitions };
  }
}

import type { Admin, TopicDescription } from '../../ports/admin.ts';
import { complain } from '../terminal.ts';
import { OffsetSet } from './offset-set.ts';

/**
 * Which dead letters of a topic were replayed, committed under the group `<dead-letter topic>.replay`: as an offset, and
 * beside it the stretches that a filtered run replayed after it. So no run skips what an earlier one did not select.
 */
export class ReplayProgress {
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #done: ReadonlyMap<number, OffsetSet>;
  #warned = false;

  private constructor(admin: Admin, topic: string, done: ReadonlyMap<number, OffsetSet>) {
    this.#admin = admin;
    this.#topic = topic;
    this.#done = done;
  }

  static async of(admin: Admin, { name, partitions }: TopicDescription): Promise<ReplayProgress> {
    const committed = await admin.groupOffsets(groupOf(name));
    const done = partitions.map(({ partition, low, high }): [number, OffsetSet] => {
      const known = committed.find((one) => one.topic === name && one.partition === partition);
      const kept = OffsetSet.parse(known?.offset ?? 0n, known?.metadata ?? '');
      // What lies after the end was said of a former topic of this name.
      const set = kept.end <= high ? kept : OffsetSet.parse(0n, '');
      set.add(0n, low);
      return [partition, set];
    });
    return new ReplayProgress(admin, name, new Map(done));
  }

  has({ partition, offset }: { readonly partition: number; readonly offset: bigint }): boolean {
    return this.#done.get(partition)?.has(offset) === true;
  }

  /** `to` excluded. */
  add(partition: number, from: bigint, to: bigint): void {
    this.#done.get(partition)?.add(from, to);
  }

  async commit(): Promise<void> {
    const offsets = [...this.#done].map(([partition, set]) => {
      const { text, complete } = set.text();
      if (!complete) this.#warn();
      return { topic: this.#topic, partition, offset: set.next, metadata: text };
    });
    await this.#admin.setOffsets(groupOf(this.#topic), offsets);
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    complain('replayed and unreplayed dead letters alternate too often to be remembered: a later run may repeat some');
  }
}

function groupOf(topic: string): string {
  return `${topic}.replay`;
}

import { setMaxListeners } from 'node:events';
import type { TopicPartition } from '../ports/consumer.ts';

/** A member the group does not hear of for so long has left it. */
export const SESSION_TIMEOUT_MS = 10_000;

/** Name of a partition in maps and messages: `orders-3`. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/**
 * One assignment of partitions, from the moment the group gave it until it joins again.
 *
 *     current --revoke--> winding down --end--> over
 *
 * While it winds down, handlers finish what they have begun and may still commit: the broker takes commits of this
 * generation until all members have joined anew. Once over, nothing of it may reach the broker: kafkajs would send it
 * under the next generation, and the broker, which never checks who owns a partition, would rewind its new owner.
 */
export class Epoch {
  readonly number: number;
  readonly memberId: string;
  readonly partitions: readonly TopicPartition[];
  readonly #owned: ReadonlySet<string>;
  readonly #controller = new AbortController();
  #over = false;
  #revokedAt = Infinity;
  #heldSinceMs = 0;

  constructor(number: number, memberId: string, partitions: readonly TopicPartition[]) {
    this.number = number;
    this.memberId = memberId;
    this.partitions = partitions;
    this.#owned = new Set(partitions.map(partitionName));
    setMaxListeners(0, this.#controller.signal); // one for each partition and record under way
  }

  /** Aborts when the epoch winds down. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get over(): boolean {
    return this.#over;
  }

  owns(partition: TopicPartition): boolean {
    return !this.#over && this.#owned.has(partitionName(partition));
  }

  /** The group has answered a request that was sent at `sentAtMs`, milliseconds since 1970 UTC: its session began anew. */
  held(sentAtMs: number): void {
    this.#heldSinceMs = Math.max(this.#heldSinceMs, sentAtMs);
  }

  /** Whether the session cannot have timed out: this process may have slept, and another one have the partitions. */
  get isSure(): boolean {
    return !this.#over && Date.now() - this.#heldSinceMs < SESSION_TIMEOUT_MS;
  }

  /** How long it has been winding down, ms; 0 before. */
  get revokedForMs(): number {
    return Math.max(0, performance.now() - this.#revokedAt);
  }

  revoke(): void {
    this.#revokedAt = Math.min(this.#revokedAt, performance.now());
    this.#controller.abort();
  }

  end(): void {
    this.#over = true;
    this.revoke();
  }
}

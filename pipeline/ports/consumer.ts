import type { ConsumerRecord } from './record.ts';

/** Consecutive records of one partition, as fetched. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  /** Never empty; offsets ascend, gaps are possible (compaction, transaction markers). */
  readonly records: readonly ConsumerRecord[];
  /** Between this offset, from which on was read, and the first record there is nothing to read. */
  readonly fetchedOffset: bigint;
  /** Offset after the last one of this fetch, transaction markers included. */
  readonly nextOffset: bigint;
  /** End of the partition when the batch was fetched: `nextOffset === highWatermark` means nothing more is there. */
  readonly highWatermark: bigint;
}

/** The handler's grip on the partition; every call is safe after the partition was lost (it then does nothing). */
export interface BatchContext {
  /** Aborts when the partition is lost to another member or the consumer stops. */
  readonly signal: AbortSignal;
  /** Commits `nextOffset` if the partition is still ours in the present epoch, never backwards; also advances. */
  commit(nextOffset: bigint): Promise<void>;
  /**
   * Advances, and commits without being waited for: what is asked meanwhile goes with the next request. All is committed
   * before the partition is given away in order.
   */
  commitSoon(nextOffset: bigint): void;
  /** Asks the group whether the partition is still ours in the present epoch. */
  confirm(): Promise<boolean>;
  /**
   * Whether nobody else can have the partition: true at once where the group has heard of this member within its session
   * time-out, otherwise (the process slept, the broker is away) the group is asked.
   */
  holds(): boolean | Promise<boolean>;
  /** What the group has committed, or where it begins; null when the partition was lost before anybody answered. */
  committed(): Promise<bigint | null>;
  /** Records of the same partition number of another topic that were not handed out yet; 0 where it is not ours. */
  backlogOf(topic: string): Promise<bigint>;
  /** Fetches from `offset` on: the rest of this batch is dropped. */
  rewind(offset: bigint): void;
  /** Moves the fetch position to `nextOffset` without committing; what was not committed is read again after a loss. */
  advance(nextOffset: bigint): void;
}

/** A place in a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What the consumer reports besides records. */
export interface ConsumerEvents {
  /** New assignment; `epoch` grows by one each time. `memberId` lets a supervisor leave the group for a dead worker. */
  onAssigned?(assignment: {
    readonly epoch: number;
    readonly memberId: string;
    readonly partitions: readonly TopicPartition[];
  }): void;
  /** Records deleted by retention before this group read them. */
  onLost?(
    loss: TopicPartition & { readonly count: bigint; readonly fromOffset: bigint; readonly toOffset: bigint },
  ): void;
  /** The broker cannot be reached (`true`) or is back (`false`). */
  onBrokerAway?(away: boolean): void;
}

/** A place in the log of every partition: an end, or the first record not older than a time. */
export type LogPlace = 'earliest' | 'latest' | { readonly timestampMs: number };

/** How to consume. */
export interface ConsumerOptions extends ConsumerEvents {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group with no committed offset begins. `latest` is resolved and committed on first assignment. */
  readonly startAt: 'earliest' | 'latest';
  /** Ignores what is committed and begins there on every start: taps that show, live or with what was before. */
  readonly resetTo?: LogPlace;
  /** Soft limit of one fetch for each partition, bytes; a larger record still arrives. */
  readonly maxBytesPerPartition: number;
  /** The broker answers a fetch when it has this many bytes, or after `maxWaitMs`. */
  readonly minBytes: number;
  readonly maxWaitMs: number;
  /** Partitions handled at the same time. */
  readonly partitionsConcurrently: number;
  /**
   * Handles one batch; called one at a time for each partition. What it did not commit or advance past is fetched
   * again. It shall not throw: a throw ends the consumer and rejects `done`.
   */
  onBatch(batch: PartitionBatch, context: BatchContext): Promise<void>;
}

/** A running member of a consumer group. It rides out broker outages and rebuilds itself after a crash. */
export interface Consumer {
  /** Joins the group; resolves at the first assignment (even an empty one). */
  start(): Promise<void>;
  /** Stops fetching, lets running handlers end, leaves the group. Safe to call twice. */
  stop(): Promise<void>;
  /** Settles when the consumer has ended: resolves after `stop`, rejects when a handler threw or nothing can save it. */
  readonly done: Promise<void>;
}

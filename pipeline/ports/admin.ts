import type { TopicPlan } from '../topology/plan.ts';
import type { TopicPartition } from './consumer.ts';
import type { ConsumerRecord } from './record.ts';

/** What provisioning found or did for one topic. */
export interface TopicVerdict {
  readonly topic: string;
  readonly verdict: 'created' | 'unchanged' | 'altered' | 'conflict';
  /** What differs and what to do about it; one sentence each. */
  readonly notes: readonly string[];
}

/** Lag of one group on one partition, in records; a partition never committed counts from its start. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: bigint | null;
  readonly endOffset: bigint;
  readonly lag: bigint;
}

export interface TopicDescription {
  readonly name: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly leader: number;
    readonly replicas: readonly number[];
    readonly low: bigint;
    readonly high: bigint;
  }[];
  readonly config: Readonly<Record<string, string>>;
}

/** An end of a partition, or its first record not older than a time (the end where there is none). */
export type LogPlace = 'earliest' | 'latest' | { readonly timestampMs: number };

/** A place in a partition. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: bigint;
}

/** What a group has committed for a partition: the next offset it reads, and a text of its own beside it. */
export interface GroupOffset extends PartitionOffset {
  readonly metadata: string;
}

/** Who is in a consumer group now. A group nobody knows has no members either. */
export interface GroupState {
  readonly members: readonly { readonly memberId: string; readonly clientId: string; readonly host: string }[];
}

/** A stretch of one partition: `from` included, `to` excluded. */
export interface OffsetRange extends TopicPartition {
  readonly from: bigint;
  readonly to: bigint;
}

/** Topics and groups, from outside. */
export interface Admin {
  /**
   * Creates what is missing, raises what can be raised (partitions, sizes, retention), and reports what differs.
   * @throws TopicConflictError where an existing topic cannot serve (fewer partitions than planned counts as raisable).
   */
  ensureTopics(topics: readonly TopicPlan[]): Promise<readonly TopicVerdict[]>;
  listTopics(): Promise<readonly string[]>;
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  createTopic(topic: TopicPlan): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  lag(groupId: string, topics: readonly string[]): Promise<readonly PartitionLag[]>;
  /** Leaves the group on behalf of a dead member, so that its partitions move at once instead of after the session time-out. */
  removeMember(groupId: string, memberId: string): Promise<void>;
  offsetsAt(topics: readonly string[], place: LogPlace): Promise<readonly PartitionOffset[]>;
  groupState(groupId: string): Promise<GroupState>;
  /** Everything a group has committed, of all topics. */
  groupOffsets(groupId: string): Promise<readonly GroupOffset[]>;
  /**
   * Commits for a group that has no members.
   * @throws UserError ARGUMENT_INVALID while it has some: they would overwrite it.
   */
  setOffsets(groupId: string, offsets: readonly (PartitionOffset & { readonly metadata?: string })[]): Promise<void>;
  /** Deletes what stands before an offset, for good. */
  deleteRecords(before: PartitionOffset): Promise<void>;
  /**
   * Reads a stretch of a partition, outside any group; what was deleted or rolled back is passed over. Ends at `to`, or
   * when `signal` aborts.
   */
  readRange(range: OffsetRange, signal?: AbortSignal): AsyncIterable<ConsumerRecord>;
  close(): Promise<void>;
}

/** How to reach Kafka. Plain data: it travels to worker processes. */
export interface Connection {
  readonly bootstrap: readonly string[];
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

import type { TopicPlan } from '../topology/plan.ts';

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

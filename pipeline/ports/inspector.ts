import type { TopicPlan } from '../topology/plan.ts';
import type { TopicVerdict } from './admin.ts';

/** Settings of a broker or a topic, as Kafka names them. */
export type Settings = Readonly<Record<string, string>>;

/** What a cluster is like. */
export interface ClusterDescription {
  readonly brokers: readonly { readonly id: number; readonly address: string }[];
  /** Version of Apache Kafka whose requests every broker knows, as far as it can be told: `4.1`. */
  readonly version: string;
  /** Settings of each broker by its id, or null where this user may not read them. */
  readonly settings: ReadonlyMap<number, Settings> | null;
  /** How the log of transactions is kept; null while there was never a transaction, or where it may not be seen. */
  readonly transactionLog: TransactionLog | null;
}

/** Figures of the partition that is worst off. */
export interface TransactionLog {
  readonly replicas: number;
  readonly inSync: number;
  /** Null where it may not be read. */
  readonly minInSync: number | null;
}

/** What a topology does with a cluster. */
export interface Uses {
  readonly creates: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly groups: readonly string[];
  /** Ids of the right form that nobody uses. */
  readonly transactionalIds: readonly string[];
}

/** A right that this user lacks: `write topic "orders"`. */
export type MissingRight = string;

/** Looks at a cluster and changes nothing there. */
export interface Inspector {
  describeCluster(): Promise<ClusterDescription>;
  /** What provisioning would find and do. */
  compareTopics(topics: readonly TopicPlan[]): Promise<readonly TopicVerdict[]>;
  /** Asks for what will not happen (a partition, a member that cannot exist), and sees whether it is the right that lacks. */
  missingRights(uses: Uses): Promise<readonly MissingRight[]>;
  close(): Promise<void>;
}

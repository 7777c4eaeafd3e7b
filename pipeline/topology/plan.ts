import type { SecretOption } from './secret-options.ts';
import type { SerdeName } from '../task/topic-serde.ts';

/**
 * What a topology file means, checked and complete: every default filled in, every name resolved. Plain JSON data that
 * anybody may see: in the place of a secret stands what the file says.
 */
export interface Plan {
  readonly name: string;
  /** Absolute path of the topology file. */
  readonly file: string;
  readonly topics: readonly TopicPlan[];
  readonly sources: readonly SourcePlan[];
  /** In flow order: a stage comes after those it reads from, as far as there are no cycles. */
  readonly stages: readonly StagePlan[];
  readonly taps: readonly TapPlan[];
}

export interface TopicPlan {
  readonly name: string;
  readonly holds: 'frames' | 'records' | 'deadLetters' | 'changes' | 'positions';
  readonly partitions: number;
  readonly retentionMs: number;
  /** Bytes for each partition; -1 is unbounded. */
  readonly retentionBytes: number;
  readonly segmentBytes: number;
  readonly maxMessageBytes: number;
  /** The settings above that the file names itself; others are defaults that an existing topic may differ from. */
  readonly explicit: readonly string[];
}

export interface SourcePlan {
  readonly name: string;
  /** Built-in name or absolute path of the module. */
  readonly type: string;
  /** Digest of the source of its module and of the local files that imports; absent for what is built in. */
  readonly code?: string;
  readonly to: string;
  readonly options: unknown;
  /** Those of the options that are known to its worker alone. */
  readonly secrets?: readonly SecretOption[];
  readonly deadLetterTopic: string;
  readonly endless: boolean;
  readonly live: boolean;
  /** Where its positions are kept, and under which id they are written with its records; null for a source without. */
  readonly positions: { readonly topic: string; readonly transactionalId: string } | null;
  /** A finite source pauses while this many records are under way in the stages after it. */
  readonly maxUnderWay: number;
  /** A live source keeps at most this much while the broker is away. */
  readonly buffer: { readonly records: number; readonly bytes: number };
}

export interface ErrorPolicy {
  readonly retries: number;
  /** First wait; doubles each time up to 10 s. */
  readonly backoffMs: number;
  readonly then: 'deadLetter' | 'fail' | 'skip';
}

export interface StageErrorPolicy extends ErrorPolicy {
  /** What waits while a record waits for its next try: its partition, or the records of its key. */
  readonly scope: 'partition' | 'key';
  /** Deaths of workers at one record, in a row, after which it counts as failed; 0 is never. */
  readonly crashes: number;
}

/** What the entries of the stores of a stage mean: where it changes, they are of no use. Plain JSON data. */
export interface StateMeaning {
  readonly process: string;
  /** Type of each store by name. */
  readonly stores: Readonly<Record<string, string>>;
  /** Of the options, what the processor says its state depends on. */
  readonly options: unknown;
}

export interface StagePlan {
  readonly name: string;
  /** Its name until now. */
  readonly was?: string;
  /** Consumer group `<topology>.<stage>`. */
  readonly group: string;
  readonly from: readonly string[];
  /** Topic for each output name; `default` may be absent for a stage that only has named outputs or none. */
  readonly to: Readonly<Record<string, string>>;
  /** Built-in name or absolute path of the module. */
  readonly process: string;
  /** Digest of the source of its module and of the local files that imports; absent for what is built in. */
  readonly code?: string;
  readonly options: unknown;
  /** Those of the options that are known to its worker alone. */
  readonly secrets?: readonly SecretOption[];
  readonly guarantee: 'at-least-once' | 'exactly-once';
  /** Where its state is kept besides its changelogs. */
  readonly state: 'memory' | 'disk';
  /** Serdes of those of its topics, read or written, that have one. */
  readonly serdes: Readonly<Record<string, SerdeName>>;
  /** Changelog topic of each store. */
  readonly changelogs: Readonly<Record<string, string>>;
  /** Absent for a stage without stores. */
  readonly stateMeaning?: StateMeaning;
  readonly delivery: 'every' | 'latest';
  readonly maxAgeMs: number | null;
  /** How long the records of one input wait for those of another that has none. */
  readonly maxIdleMs: number;
  readonly replicas: number;
  /** Records worked on at once; null leaves it to the processor. */
  readonly concurrency: number | null;
  /** Within what records are worked on and written one after the other. */
  readonly order: 'partition' | 'key' | 'none';
  readonly batch: { readonly records: number; readonly bytes: number; readonly lingerMs: number };
  /** Time-out of one record. */
  readonly timeoutMs: number;
  readonly onError: StageErrorPolicy;
  readonly deadLetterTopic: string;
}

export interface TapPlan {
  readonly name: string;
  /** Its name until now. */
  readonly was?: string;
  /** Consumer group `<topology>.tap.<tap>`. */
  readonly group: string;
  readonly on: string;
  readonly sink: string;
  /** Digest of the source of its module and of the local files that imports; absent for what is built in. */
  readonly code?: string;
  readonly options: unknown;
  /** Those of the options that are known to its worker alone. */
  readonly secrets?: readonly SecretOption[];
  readonly mode: 'live' | 'history' | 'durable';
  /** JSONata over the record's JSON (for frames: `frame-meta`), as `$boolean` says. */
  readonly where: string | null;
  readonly select: string | null;
  /** Share of records let through, 0..1, decided by a hash of the record's identity. */
  readonly sample: number | null;
  /** At most this many records a second. */
  readonly rate: number | null;
  readonly onError: ErrorPolicy;
  readonly deadLetterTopic: string;
}

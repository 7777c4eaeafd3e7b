/** What kafkajs puts on its errors. */
interface KafkajsError extends Error {
  readonly retriable?: boolean;
  readonly type?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/**
 * How to react to an error of kafkajs:
 *  - `rebalance`: the group moves on without this member's present generation; drop what was asked and join again;
 *  - `refused`: the broker understood and said no; asking again will not help;
 *  - `away`: no broker answers, or none is ready; ask again.
 */
export type Reaction = 'rebalance' | 'refused' | 'away';

const REBALANCE_TYPES = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'MEMBER_ID_REQUIRED',
  'FENCED_INSTANCE_ID',
]);

/** Not final, though kafkajs thinks so: brokers say so while they stop, or in words newer than kafkajs. */
const PASSING_TYPES = new Set([
  'UNKNOWN',
  'KAFKAJS_UNKNOWN_ERROR_CODE',
  'KAFKA_STORAGE_ERROR',
  // A broker that stops or starts says so too, and afterwards is the coordinator again, with the group as it was.
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** The error under the wrappers kafkajs adds for retries, and the first of those it gathers from several topics. */
export function rootOf(error: unknown): KafkajsError {
  let root: KafkajsError = error instanceof Error ? error : new Error(String(error));
  while (root.type === undefined) {
    const inner = root.errors?.[0] ?? root.cause;
    if (!(inner instanceof Error) || inner === root) break;
    root = inner;
  }
  return root;
}

/** Kafka's name of the error (`MESSAGE_TOO_LARGE`), or undefined where no broker sent one. */
export function errorTypeOf(error: unknown): string | undefined {
  return rootOf(error).type;
}

export function reactionTo(error: unknown): Reaction {
  const root = rootOf(error);
  if (root.type !== undefined && REBALANCE_TYPES.has(root.type)) return 'rebalance';
  if (root.name === 'KafkaJSSASLAuthenticationError' || root.name === 'KafkaJSNotImplemented') return 'refused';
  if (root.type === undefined || PASSING_TYPES.has(root.type)) return 'away';
  return root.retriable === false ? 'refused' : 'away';
}

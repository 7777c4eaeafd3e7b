import type { Row } from './kcat.ts';

/** A commit of a group that is lower than the one before it. */
export interface StepBack {
  readonly partition: string;
  readonly from: bigint;
  readonly to: bigint;
}

const OFFSET_KEY_VERSIONS = new Set([0, 1]);
const STATUS_AT = 16;
/** Of a transaction that is neither committed nor aborted: ongoing, or its end is being written. */
const UNDECIDED = new Set([1, 2, 3]);

/**
 * Commits in `__consumer_offsets` that went back, of the groups with this prefix. The format is that of Kafka's
 * OffsetCommitKey and OffsetCommitValue: https://github.com/apache/kafka/tree/4.1/group-coordinator/src/main/resources
 */
export function commitsBack(rows: readonly Row[], groupPrefix: string): StepBack[] {
  const committed = new Map<string, bigint>();
  const back: StepBack[] = [];
  for (const { key, value } of rows) {
    const partition = key && committedPartition(key, groupPrefix);
    if (partition === null || value === null) continue;
    const to = value.readBigInt64BE(2);
    const from = committed.get(partition) ?? to;
    if (to < from) back.push({ partition, from, to });
    committed.set(partition, to);
  }
  return back;
}

function committedPartition(key: Buffer, groupPrefix: string): string | null {
  if (!OFFSET_KEY_VERSIONS.has(key.readInt16BE(0))) return null;
  const group = text(key, 2);
  const topic = text(key, group.end);
  return group.value.startsWith(groupPrefix) ? `${group.value} ${topic.value}-${key.readInt32BE(topic.end)}` : null;
}

/** Transactional ids with this prefix that have a transaction open, as `__transaction_state` says (TransactionLogValue). */
export function openTransactions(rows: readonly Row[], idPrefix: string): string[] {
  const statuses = new Map<string, number>();
  for (const { key, value } of rows) {
    if (key === null) continue;
    const { value: id } = text(key, 2);
    if (id.startsWith(idPrefix)) statuses.set(id, value === null ? 0 : value.readInt8(STATUS_AT));
  }
  return [...statuses].filter(([, status]) => UNDECIDED.has(status)).map(([id]) => id);
}

function text(bytes: Buffer, at: number): { readonly value: string; readonly end: number } {
  const end = at + 2 + bytes.readInt16BE(at);
  return { value: bytes.toString('utf8', at + 2, end), end };
}

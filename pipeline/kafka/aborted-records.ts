/** What the filter needs to see of a fetched record. Offsets and producer ids may be strings or kafkajs' own longs. */
export interface FetchedRecord {
  readonly offset: unknown;
  readonly key: Buffer | null;
  readonly isControlRecord?: boolean;
  readonly batchContext: { readonly producerId?: unknown; readonly inTransaction?: boolean };
}

export interface AbortedTransaction {
  readonly producerId: unknown;
  readonly firstOffset: unknown;
}

const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/**
 * Leaves out the records of aborted transactions. Kafka lists the transactions in the order they ended, so they are
 * sorted by where they began; several may begin before one record; and only a control record ends one, never a record
 * whose key happens to look like a marker.
 */
export function filterAbortedRecords<Fetched extends FetchedRecord>({
  messages,
  abortedTransactions,
}: {
  readonly messages: readonly Fetched[];
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
}): readonly Fetched[] {
  if (!abortedTransactions?.length) return messages;
  const coming = abortedTransactions
    .map(({ producerId, firstOffset }) => ({
      producerId: String(producerId),
      firstOffset: BigInt(String(firstOffset)),
    }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const open = new Set<string>();
  let begun = 0;
  return messages.filter(({ offset, key, isControlRecord, batchContext }) => {
    const at = BigInt(String(offset));
    for (let next = coming[begun]; next && next.firstOffset <= at; next = coming[++begun]) open.add(next.producerId);
    const producerId = String(batchContext.producerId);
    if (isControlRecord !== true) return !(batchContext.inTransaction === true && open.has(producerId));
    if (key && ABORT_MARKER.equals(key)) open.delete(producerId);
    return true;
  });
}

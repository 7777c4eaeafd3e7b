import { createRequire } from 'node:module';
import type { Batch } from 'kafkajs';
import type { OffsetRange } from '../ports/admin.ts';
import type { PartitionPiece } from '../ports/partition-reader.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import type { AdminClient } from './admin-client.ts';
import { recordsOf } from './batch-records.ts';
import { leaderOf } from './delete-records.ts';
import { partitionName } from './epoch.ts';
import { errorTypeOf } from './failure.ts';
import { offsetsAt } from './offsets.ts';
import { refusal } from './refusal.ts';

/** Soft limit of one fetch; a larger record still arrives. */
const FETCH_BYTES = 4 * 1024 * 1024;
/** The broker answers at once where it has records; kafkajs gives up on the request 100 ms after this. */
const MAX_WAIT_MS = 5_000;
const READ_COMMITTED = 1;

type BatchClass = new (topic: string, fetchedOffset: string, data: unknown) => Batch;

interface Answer {
  readonly responses: readonly { readonly partitions: readonly unknown[] }[];
}

const require = createRequire(import.meta.url);

/** Reads `from` to `to` of a partition by plain fetches: no group, no waiting for records that are yet to come. */
export async function* readRange(
  client: AdminClient,
  range: OffsetRange,
  signal?: AbortSignal,
): AsyncGenerator<ConsumerRecord> {
  for await (const { records } of readPieces(client, range, signal)) {
    for (const record of records) {
      if (signal?.aborted) return;
      yield record;
    }
  }
}

/** The same, fetch by fetch. */
export async function* readPieces(
  client: AdminClient,
  range: OffsetRange,
  signal?: AbortSignal,
): AsyncGenerator<PartitionPiece> {
  const { to } = range;
  let position = range.from;
  while (position < to && !signal?.aborted) {
    const batch = await fetchFrom(client, { ...range, from: position });
    if (!batch) return;
    const nextOffset = BigInt(batch.lastOffset()) + 1n; // past transaction markers too
    yield { records: recordsOf(batch, position).filter(({ offset }) => offset < to), nextOffset };
    if (nextOffset <= position) return;
    position = nextOffset;
  }
}

/** The next batch; null where nothing is left of the range. */
async function fetchFrom(client: AdminClient, range: OffsetRange): Promise<Batch | null> {
  try {
    return await fetchOnce(client, range);
  } catch (error) {
    if (errorTypeOf(error) !== 'OFFSET_OUT_OF_RANGE') throw refusal(error, [range.topic]);
    const low = await startOf(client, range);
    const deleted = low > range.from && low < range.to;
    return deleted ? fetchFrom(client, { ...range, from: low }) : null;
  }
}

function fetchOnce(client: AdminClient, { topic, partition, from }: OffsetRange): Promise<Batch> {
  return client.ask(async ({ cluster }) => {
    const leader = await leaderOf(cluster, { topic, partition });
    const { responses } = (await leader.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes: FETCH_BYTES }] }],
    })) as Answer;
    const FetchedBatch = require('kafkajs/src/consumer/batch') as BatchClass; // after its patches were applied
    return new FetchedBatch(topic, String(from), responses[0]?.partitions[0]);
  });
}

async function startOf(client: AdminClient, { topic, partition }: OffsetRange): Promise<bigint> {
  const offsets = await client.ask(({ cluster }) => offsetsAt(cluster, [{ topic, partition }], 'earliest'));
  return offsets.get(partitionName({ topic, partition })) ?? 0n;
}

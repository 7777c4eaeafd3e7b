import { refusal } from '../kafka/refusal.ts';
import type { OffsetRange } from '../ports/admin.ts';
import type { PartitionPiece, PartitionReader, PartitionReading } from '../ports/partition-reader.ts';
import type { MemoryClient } from './client.ts';

const FETCH_BYTES = 4 * 1024 * 1024;

/** Creates a reader of partitions in memory. */
export function createMemoryPartitionReader(client: MemoryClient): PartitionReader {
  return {
    open: async ({ topic, partition }, signal): Promise<PartitionReading> => {
      const ends = (): Pick<PartitionReading, 'low' | 'end'> => {
        const log = client.broker.topics.log({ topic, partition });
        return { low: log.low, end: log.stableEnd };
      };
      const { low, end } = await client
        .request({ api: 'listOffsets', topic, partition }, ends)
        .catch((error: unknown) => {
          throw refusal(error, [topic]);
        });
      return { low, end, batches: (from = low) => readPieces(client, { topic, partition, from, to: end }, signal) };
    },
    close: async () => undefined,
  };
}

/** Reads `from` to `to` of a partition, fetch by fetch. What was deleted is passed over. */
export async function* readPieces(
  client: MemoryClient,
  { topic, partition, from, to }: OffsetRange,
  signal?: AbortSignal,
): AsyncGenerator<PartitionPiece> {
  const fetch = (position: bigint): PartitionPiece | null => {
    const log = client.broker.topics.log({ topic, partition });
    const at = position < log.low ? log.low : position;
    return at < to ? log.read(at, { maxBytes: FETCH_BYTES, to }) : null;
  };
  for (let position = from; position < to && !signal?.aborted;) {
    const piece = await client
      .request({ api: 'listOffsets', topic, partition }, () => fetch(position))
      .catch((error: unknown) => {
        throw refusal(error, [topic]);
      });
    if (!piece) return;
    yield piece;
    position = piece.nextOffset;
  }
}

import type { Producer } from '../../pipeline/ports/producer.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';

/** Partitions of every topic the bench fills. */
export const PARTITIONS = 4;

const CHUNK_BYTES = 2_000_000;

/** What is written: record number `index`, without its place. */
export type RecordAt = (index: number) => Pick<ProducerRecord, 'key' | 'value' | 'timestampMs'>;

interface Filling {
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
  readonly recordAt: RecordAt;
}

/** Writes records to a topic, one to each partition in turn. */
export async function fill(producer: Producer, { topic, records, recordBytes, recordAt }: Filling): Promise<void> {
  const size = Math.max(PARTITIONS, Math.floor(CHUNK_BYTES / recordBytes));
  for (let written = 0; written < records; written += size) {
    const chunk = Array.from({ length: Math.min(size, records - written) }, (_, at) => ({
      topic,
      partition: (written + at) % PARTITIONS,
      headers: {},
      ...recordAt(written + at),
    }));
    await producer.send(chunk);
  }
  await producer.close();
}

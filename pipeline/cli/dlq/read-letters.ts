import type { Admin, TopicDescription } from '../../ports/admin.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import type { Ticker } from '../ticker.ts';

/** What to read: a dead-letter topic up to the end it was described with. */
export interface Reading {
  readonly topic: TopicDescription;
  readonly signal?: AbortSignal;
  /** Told of each record, so that long readings show that they go on. */
  readonly ticker?: Ticker;
}

/** Records of a dead-letter topic in the order they were written, partition after partition. */
export async function* readLetters(admin: Admin, { topic, signal, ticker }: Reading): AsyncGenerator<ConsumerRecord> {
  for (const { partition, low, high } of topic.partitions) {
    const range = { topic: topic.name, partition, from: low, to: high };
    for await (const record of admin.readRange(range, signal)) {
      ticker?.tick();
      yield record;
    }
  }
}

/** Offsets between start and end: as many records, unless transactions or compaction left gaps. */
export function recordsIn({ partitions }: TopicDescription): number {
  return partitions.reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

import type { ConsumerRecord } from '../ports/record.ts';
import type { Recording } from './recording.ts';

interface Head {
  readonly record: ConsumerRecord;
  readonly rest: AsyncIterator<ConsumerRecord>;
}

/** All records of a recording as time brought them; those of one partition stay in their order. */
export async function* byTime(recording: Recording): AsyncGenerator<ConsumerRecord> {
  const heads: Head[] = [];
  for (const partition of recording.partitions) {
    const rest = recordsOf(recording, partition);
    const first = await rest.next();
    if (!first.done) heads.push({ record: first.value, rest });
  }
  while (heads.length > 0) {
    const oldest = heads.reduce((a, b) => (b.record.timestampMs < a.record.timestampMs ? b : a));
    yield oldest.record;
    const next = await oldest.rest.next();
    const index = heads.indexOf(oldest);
    if (next.done) heads.splice(index, 1);
    else heads[index] = { record: next.value, rest: oldest.rest };
  }
}

async function* recordsOf(recording: Recording, partition: number): AsyncGenerator<ConsumerRecord> {
  for await (const records of recording.pieces(partition)) yield* records;
}

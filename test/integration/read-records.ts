import { createKafka } from '../../pipeline/kafka/index.ts';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { FrameMeta } from '../../pipeline/frame/frame-meta.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { silentLog } from '../runtime/stage-harness.ts';

/** Reads a topic from its start until `enough` says so; values are copied. */
export async function readRecords(
  bootstrap: string,
  topic: string,
  enough: (records: readonly ConsumerRecord[]) => boolean,
): Promise<ConsumerRecord[]> {
  const kafka = createKafka({ bootstrap: [bootstrap] }, { log: silentLog, clientId: 'test-reader' });
  const stop = new AbortController();
  const records: ConsumerRecord[] = [];
  if (enough(records)) return records;
  for await (const record of kafka.openReader({ topic, from: 'earliest', signal: stop.signal })) {
    records.push({ ...record, value: record.value && Buffer.from(record.value) });
    if (enough(records)) break;
  }
  stop.abort();
  return records;
}

/** Everything a topic holds now, as `read_committed` readers see it, partition by partition. */
export async function readAll(bootstrap: string, topic: string): Promise<ConsumerRecord[]> {
  const kafka = createKafka({ bootstrap: [bootstrap] }, { log: silentLog, clientId: 'test-admin' });
  const [admin, reader] = [kafka.admin(), kafka.partitionReader()];
  const [description] = await admin.describeTopics([topic]);
  const records: ConsumerRecord[] = [];
  for (const { partition } of description?.partitions ?? []) {
    const reading = await reader.open({ topic, partition }, new AbortController().signal);
    for await (const piece of reading.batches()) records.push(...piece.records);
  }
  await Promise.all([admin.close(), reader.close()]);
  return records;
}

export function metaOf(record: ConsumerRecord): FrameMeta {
  return readFrameMeta(record.headers);
}

/** First record of each `ce_id`, in order: what an idempotent sink would keep. */
export function withoutRepeats(records: readonly ConsumerRecord[]): ConsumerRecord[] {
  const seen = new Set<string>();
  return records.filter(({ headers }) => {
    const id = String(headers['ce_id']);
    return !seen.has(id) && seen.add(id);
  });
}

import { UserError } from '../errors/pipeline-error.ts';
import type { TopicPartition } from '../ports/consumer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { partitionName } from './epoch.ts';
import type { QueuedRecord } from './partition-queue.ts';
import { ProduceError } from './produce-error.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from './record-size.ts';
import type { TopicFacts, TopicFactsReader } from './topic-directory.ts';

/**
 * The records by partition, in order, each with what its batch may take.
 * @throws ProduceError for the first that its topic cannot take.
 */
export async function checkedRecords(
  records: readonly ProducerRecord[],
  directory: TopicFactsReader,
): Promise<ReadonlyMap<string, readonly QueuedRecord[]>> {
  const byPartition = new Map<string, Checked>();
  let last: Checked | null = null; // records of one partition mostly follow each other
  for (const [index, record] of records.entries()) {
    if (last?.topic !== record.topic || last.partition !== record.partition) {
      const facts = directory.known(record.topic) ?? (await factsFor(record, index, directory));
      last = checkedOf(record, facts, byPartition);
    }
    const bytes = BATCH_OVERHEAD_BYTES + recordBytes(record);
    last.queued.push({ record, index, bytes, limit: last.facts.maxMessageBytes });
    if (faultOf(record, bytes, last.facts)) {
      await throwIfUnwritable({ record, bytes, index, directory });
      last = null; // what was known is known better now
    }
  }
  return new Map([...byPartition].map(([name, { queued }]) => [name, queued]));
}

/** What was checked of one partition. */
interface Checked extends TopicPartition {
  readonly facts: TopicFacts;
  readonly queued: QueuedRecord[];
}

function checkedOf(
  { topic, partition }: TopicPartition,
  facts: TopicFacts,
  byPartition: Map<string, Checked>,
): Checked {
  const name = partitionName({ topic, partition });
  const checked = { topic, partition, facts, queued: byPartition.get(name)?.queued ?? [] };
  byPartition.set(name, checked);
  return checked;
}

async function factsFor(
  { topic, partition }: ProducerRecord,
  record: number,
  directory: TopicFactsReader,
): Promise<TopicFacts> {
  try {
    return await directory.of(topic);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new ProduceError(cause.code, cause.message, { record, where: { topic, partition }, cause });
  }
}

interface Questionable {
  readonly record: ProducerRecord;
  readonly bytes: number;
  readonly index: number;
  readonly directory: TopicFactsReader;
}

/** What is known may be old: before a record is refused, the broker is asked once more. */
async function throwIfUnwritable({ record, bytes, index, directory }: Questionable): Promise<void> {
  const { topic, partition } = record;
  const fault = faultOf(record, bytes, await directory.read(topic));
  if (fault) throw new ProduceError(fault.code, fault.message, { record: index, where: { topic, partition } });
}

interface Fault {
  readonly code: 'PARTITION_UNKNOWN' | 'RECORD_TOO_LARGE';
  readonly message: string;
}

function faultOf({ topic, partition }: ProducerRecord, bytes: number, facts: TopicFacts): Fault | null {
  const { partitions, maxMessageBytes } = facts;
  if (!(partition >= 0 && partition < partitions)) {
    const message = `a record is for ${topic}-${partition}, but the topic has ${partitions} partitions; choose one of them`;
    return { code: 'PARTITION_UNKNOWN', message };
  }
  if (bytes <= maxMessageBytes) return null;
  const message =
    `a record of ${bytes} bytes for ${topic}-${partition} is larger than the topic takes (${maxMessageBytes}); ` +
    'raise its maxMessageBytes or make the record smaller';
  return { code: 'RECORD_TOO_LARGE', message };
}

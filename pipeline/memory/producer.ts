import { RetriableError, messageOf } from '../errors/pipeline-error.ts';
import { RecordRefused } from '../kafka/partition-queue.ts';
import { QueueingProducer } from '../kafka/queueing-producer.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from '../kafka/record-size.ts';
import { refusedRecord } from '../kafka/refused-record.ts';
import { errorTypeOf } from '../kafka/failure.ts';
import { unknownTopic } from '../kafka/refusal.ts';
import type { TopicFacts, TopicFactsReader } from '../kafka/topic-directory.ts';
import type { Producer } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { refused, type MemoryClient } from './client.ts';
import type { SizedRecord } from './partition-log.ts';
import { MemoryTransactionalProducer } from './transactional-producer.ts';

/** Creates a producer for a broker in memory. */
export function createMemoryProducer(client: MemoryClient): Producer {
  const closing = new AbortController();
  const directory = createDirectory(client);
  return new QueueingProducer({
    directory,
    write: (records) => write(records, client, closing.signal),
    transactional: (id) => new MemoryTransactionalProducer(id, client, directory),
    close: async () => closing.abort(),
  });
}

/** A record with what it takes in a batch of its own. */
function sized(record: ProducerRecord): SizedRecord {
  return { record, bytes: BATCH_OVERHEAD_BYTES + recordBytes(record) };
}

async function write(records: readonly ProducerRecord[], client: MemoryClient, closed: AbortSignal): Promise<bigint> {
  const [first] = records;
  if (!first) return -1n;
  const { topic, partition } = first;
  const append = (): bigint => client.broker.append({ topic, partition }, records.map(sized));
  try {
    const offset = await client.asking({ api: 'produce', topic, partition }, append, closed);
    if (offset !== null) return offset;
  } catch (error) {
    if (errorTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION')
      throw new RecordRefused('TOPIC_UNKNOWN', messageOf(unknownTopic([topic])), error);
    throw refusedRecord(error, topic) ?? refused(`records for ${topic}-${partition}`, error);
  }
  const sentence = `the producer was closed before ${topic}-${partition} was acknowledged; send again`;
  throw new RetriableError('KAFKA_UNREACHABLE', sentence);
}

/** Facts of topics as they are now: nothing is remembered. */
function createDirectory({ broker }: MemoryClient): TopicFactsReader {
  const known = (name: string): TopicFacts | undefined => {
    if (!broker.topics.has(name)) return undefined;
    const { logs, settings } = broker.topics.of(name);
    return { partitions: logs.length, maxMessageBytes: Number(settings['max.message.bytes'] ?? Infinity) };
  };
  const read = async (name: string): Promise<TopicFacts> => {
    const facts = known(name);
    if (!facts) throw unknownTopic([name]);
    return facts;
  };
  return { known, of: read, read };
}

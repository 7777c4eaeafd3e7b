import { FatalError, messageOf } from '../errors/pipeline-error.ts';
import type { PartitionReader } from '../ports/partition-reader.ts';
import type { Producer, TransactionalProducer } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import type { SourcePosition } from '../ports/source.ts';

/** How what a source makes, and how far it has read, get to Kafka. */
export interface SourceDelivery {
  /**
   * Before the source begins or begins anew: what it has stored. Waits through outages until `signal` aborts.
   * @throws FatalError POSITIONS_UNREADABLE
   */
  begin(signal: AbortSignal): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Writes records, and the positions with them, of which the last of each name counts.
   * @throws TransactionLost where the source is to begin anew.
   */
  write(records: readonly ProducerRecord[], positions: readonly SourcePosition[]): Promise<void>;
  close(): Promise<void>;
}

/** Of a source that remembers nothing. */
export function withoutPositions(producer: Pick<Producer, 'send'>): SourceDelivery {
  return {
    begin: async () => new Map(),
    write: async (records) => {
      await producer.send(records);
    },
    close: async () => undefined,
  };
}

export interface PositionParts {
  readonly topic: string;
  readonly producer: TransactionalProducer;
  readonly reader: PartitionReader;
  readonly nowMs: () => number;
}

/**
 * Records and positions in one transaction. Whoever begins fences the one before him, whose open transaction is decided by
 * then, and only then reads the positions.
 */
export function withPositions({ topic, producer, reader, nowMs }: PositionParts): SourceDelivery {
  return {
    begin: async (signal) => {
      await producer.begin(signal);
      if (signal.aborted) return new Map();
      const stored = await storedPositions(reader, topic, signal);
      return new Map([...stored].map(([of, record]) => [of, positionOf(record)]));
    },
    write: async (records, positions) => {
      await producer.commit([...records, ...positionRecords(topic, positions, nowMs())]);
    },
    close: async () => {
      await producer.close();
      await reader.close();
    },
  };
}

/** What a source has stored, by what is read, as it is written. */
export async function storedPositions(
  reader: PartitionReader,
  topic: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ConsumerRecord>> {
  const stored = new Map<string, ConsumerRecord>();
  const reading = await reader.open({ topic, partition: 0 }, signal);
  for await (const { records } of reading.batches()) {
    for (const record of records) {
      if (record.value === null) stored.delete(String(record.key));
      else stored.set(String(record.key), record);
    }
  }
  return stored;
}

/** The last position of each name as it is stored; one that is null is deleted when the topic is compacted. */
export function positionRecords(
  topic: string,
  positions: readonly SourcePosition[],
  timestampMs: number,
): readonly ProducerRecord[] {
  const last = new Map(positions.map(({ of, at }) => [of, at]));
  return [...last].map(([key, at]) => {
    const value = at === null || at === undefined ? null : JSON.stringify(at);
    return { topic, partition: 0, key, value, headers: {}, timestampMs };
  });
}

/** @throws FatalError POSITIONS_UNREADABLE */
function positionOf({ topic, partition, offset, value }: ConsumerRecord): unknown {
  try {
    return JSON.parse(String(value));
  } catch (cause) {
    const sentence = `the record at ${topic}-${partition}@${offset} is no position of a source: ${messageOf(cause)}; find out who writes to this topic, and reset the source with --forget`;
    throw new FatalError('POSITIONS_UNREADABLE', sentence, { where: { topic, partition, offset }, cause });
  }
}

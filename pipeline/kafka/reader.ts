import { randomUUID } from 'node:crypto';
import type { BatchContext, ConsumerOptions, PartitionBatch, TopicPartition } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import type { OpenReader, StartPosition } from '../ports/sink.ts';
import type { ClientConnection } from './client.ts';
import { GroupConsumer } from './consumer.ts';
import { Handoff } from './handoff.ts';
import type { Start } from './start-offsets.ts';

const MAX_BYTES_PER_PARTITION = 1_048_576;
const MAX_WAIT_MS = 100;
const PARTITIONS_AT_ONCE = 8;

/** Creates the reader of topics: each reading is a consumer group of its own that never commits. */
export function createReader(connection: ClientConnection, log: Logger): OpenReader {
  return (request) => read(new Reading(request.topic, request.from), { connection, log, signal: request.signal });
}

interface ReadContext {
  readonly connection: ClientConnection;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

async function* read(reading: Reading, { connection, log, signal }: ReadContext): AsyncGenerator<ConsumerRecord> {
  if (signal.aborted) return;
  const { handoff } = reading;
  const options = reading.options();
  const consumer = new GroupConsumer({ connection, options, log, startOf: (partition) => reading.startOf(partition) });
  const end = (): void => handoff.close();
  signal.addEventListener('abort', end);
  consumer.done.then(end, (error: unknown) => handoff.close(error instanceof Error ? error : new Error(String(error))));
  try {
    void consumer.start().catch(() => undefined); // `done` has the error
    yield* handoff.taken();
  } finally {
    signal.removeEventListener('abort', end);
    end();
    await consumer.stop();
  }
}

/** How far one reading of a topic has come. */
class Reading {
  readonly handoff = new Handoff<ConsumerRecord>();
  readonly #topic: string;
  readonly #from: StartPosition;
  /** Next offset by partition: nothing is committed, so a consumer that is built anew goes on from here. */
  readonly #next = new Map<number, bigint>();

  constructor(topic: string, from: StartPosition) {
    this.#topic = topic;
    this.#from = from;
  }

  options(): ConsumerOptions {
    return {
      groupId: `tapline.reader.${randomUUID()}`,
      topics: [this.#topic],
      startAt: 'earliest',
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      minBytes: 1,
      maxWaitMs: MAX_WAIT_MS,
      partitionsConcurrently: PARTITIONS_AT_ONCE,
      onBatch: (batch, context) => this.#handOut(batch, context),
    };
  }

  startOf({ partition }: TopicPartition): Start {
    const next = this.#next.get(partition);
    if (next !== undefined) return { from: 'offset', offset: next };
    if (typeof this.#from === 'string') return { from: 'log', place: this.#from };
    if ('timestampMs' in this.#from) return { from: 'log', place: { timestampMs: this.#from.timestampMs } };
    if (this.#from.partition !== partition) return { from: 'log', place: 'latest' }; // handed out to nobody
    return { from: 'offset', offset: this.#from.offset };
  }

  async #handOut({ partition, records, nextOffset }: PartitionBatch, context: BatchContext): Promise<void> {
    const skipped = typeof this.#from === 'object' && 'partition' in this.#from && this.#from.partition !== partition;
    for (const record of skipped ? [] : records) {
      if (context.signal.aborted) return;
      await this.handoff.put(record);
      this.#next.set(partition, record.offset + 1n);
      context.advance(record.offset + 1n);
    }
    context.advance(nextOffset);
  }
}

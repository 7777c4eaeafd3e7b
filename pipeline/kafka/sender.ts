import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, Producer as KafkajsProducer, ProducerRecord as KafkajsSend } from 'kafkajs';
import { FatalError, RetriableError, messageOf } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { ProducerRecord } from '../ports/record.ts';
import type { BatchMessage } from './batch-layout.ts';
import { RIDE_OUT, createClient, type ClientConnection } from './client.ts';
import { errorTypeOf, reactionTo } from './failure.ts';
import { RecordRefused } from './partition-queue.ts';
import { refusedRecord } from './refused-record.ts';
import type { TopicDirectory } from './topic-directory.ts';

/** About nine seconds; then a new producer tries again. */
const RETRIES = 20;
const RETRY_MS = 250;
const ACKS_ALL = -1;

interface Life {
  readonly producer: KafkajsProducer;
  readonly connected: Promise<void>;
  uses: number;
  retired: boolean;
}

/** Writes batches of one partition each, until they are acknowledged by all in-sync replicas. */
export class Sender {
  readonly #connection: ClientConnection;
  readonly #log: Logger;
  readonly #directory: TopicDirectory;
  #life: Life | null = null;
  #closed = false;

  constructor(connection: ClientConnection, directory: TopicDirectory, log: Logger) {
    this.#connection = connection;
    this.#directory = directory;
    this.#log = log;
  }

  /**
   * Resolves with the offset of the first record. Waits through outages.
   * @throws RecordRefused where the broker will never take the batch; FatalError where it refuses this client;
   * RetriableError after `close`.
   */
  async write(records: readonly ProducerRecord[]): Promise<bigint> {
    const [first] = records;
    if (!first) return -1n;
    const { topic, partition } = first;
    const request = { topic, acks: ACKS_ALL, messages: records.map(messageOfRecord) };
    while (!this.#closed) {
      try {
        const offset = await this.#acknowledged(request, partition);
        if (offset !== null) return offset;
      } catch (error) {
        await this.#throwIfFinal(error, first);
        this.#log.debug({ topic, partition, error }, 'the records are not acknowledged, sending again');
      }
      await sleep(RETRY_MS);
    }
    throw new RetriableError(
      'KAFKA_UNREACHABLE',
      `the producer was closed before ${topic}-${partition} was acknowledged; send again`,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#life) await this.#retire(this.#life);
  }

  /** Offset of the first record; null where kafkajs has sent nothing: it does not say so, but gives no answer. */
  async #acknowledged(request: KafkajsSend, partition: number): Promise<bigint | null> {
    const life = (this.#life ??= this.#begin());
    life.uses++;
    let acknowledged = false;
    try {
      await life.connected;
      const answers = await life.producer.send(request);
      const answer = answers.find((one) => one.partition === partition && one.errorCode === 0);
      acknowledged = answer !== undefined;
      return answer ? BigInt(answer.baseOffset ?? -1) : null;
    } finally {
      life.uses--;
      // After a final failure nobody knows what the producer holds: a new one takes its place.
      if (!acknowledged || life.retired) void this.#retire(life);
    }
  }

  async #throwIfFinal(error: unknown, { topic, partition }: ProducerRecord): Promise<void> {
    const refused = refusedRecord(error, topic);
    if (refused?.code === 'RECORD_TOO_LARGE') await this.#directory.read(topic);
    if (refused) throw refused;
    if (errorTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') await this.#throwIfGone(topic);
    else if (reactionTo(error) === 'refused') {
      const sentence = `the broker refuses records for ${topic}-${partition}: ${messageOf(error)}; check credentials and rights`;
      throw new FatalError('KAFKA_REFUSED', sentence, { where: { topic, partition }, cause: error });
    }
  }

  async #throwIfGone(topic: string): Promise<void> {
    try {
      await this.#directory.read(topic);
    } catch (error) {
      throw new RecordRefused('TOPIC_UNKNOWN', messageOf(error), error);
    }
  }

  #begin(): Life {
    const client = createClient(this.#connection, { log: this.#log });
    const producer = client.producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: 30_000,
      createPartitioner: () => partitionAsGiven,
      retry: { ...RIDE_OUT, retries: RETRIES },
    });
    return { producer, connected: producer.connect(), uses: 0, retired: false };
  }

  async #retire(life: Life): Promise<void> {
    life.retired = true;
    if (this.#life === life) this.#life = null;
    if (life.uses > 0) return;
    await life.connected
      .then(() => life.producer.disconnect())
      .catch((error: unknown) => {
        this.#log.debug({ error }, 'a producer did not disconnect in order');
      });
  }
}

function partitionAsGiven({ message }: { message: Message }): number {
  return message.partition ?? 0;
}

/** A record in kafkajs' words, as far as our encoding of it goes. */
export function messageOfRecord({ partition, key, value, headers, timestampMs }: ProducerRecord): Message {
  const timestamp = Math.max(0, Math.trunc(timestampMs));
  const message: BatchMessage & { readonly partition: number } = { partition, key, value, headers, timestamp };
  return message as unknown as Message;
}

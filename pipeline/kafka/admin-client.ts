import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin as KafkajsAdmin, Cluster } from 'kafkajs';
import { PipelineError, RetriableError, messageOf } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import { RIDE_OUT, createClient, openCluster, type ClientConnection } from './client.ts';
import { errorTypeOf, reactionTo } from './failure.ts';

/** About seven seconds: long enough for a broker that is just starting, short enough for a mistyped address. */
const FIRST_CONTACT_RETRIES = 16;
const RETRY_MS = 250;

interface Connected {
  readonly admin: KafkajsAdmin;
  readonly cluster: Cluster;
}

/** A coordinator that moves or only starts is no answer either. */
function isAnswer(error: unknown): boolean {
  return error instanceof PipelineError || reactionTo(error) === 'refused';
}

/** Asks brokers about topics and groups. Connects on first use; once it has met a broker, it waits through outages. */
export class AdminClient {
  readonly #connection: ClientConnection;
  readonly #log: Logger;
  #connected: Promise<Connected> | null = null;
  #met: boolean;
  #closed = false;

  /** `met: true` waits for the first broker without limit as well. */
  constructor(connection: ClientConnection, log: Logger, { met = false }: { readonly met?: boolean } = {}) {
    this.#connection = connection;
    this.#log = log;
    this.#met = met;
  }

  /**
   * Asks until a broker answers.
   * @throws RetriableError KAFKA_UNREACHABLE where none answers and none ever has, or after `close`; what the broker
   * refuses is thrown as it is.
   */
  async ask<T>(question: (connected: Connected) => Promise<T>): Promise<T> {
    for (let fresh = false; ;) {
      try {
        const connected = await this.#connect();
        this.#met = true;
        return await question(connected);
      } catch (error) {
        const unknownTopic = errorTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
        if (isAnswer(error) || (unknownTopic && fresh)) throw error;
        // kafkajs keeps asking for every topic it was ever asked for: one that was deleted since spoils all answers.
        fresh = unknownTopic;
        if (!this.#met || this.#closed) throw this.#unreachable(error);
        this.#log.debug({ error }, 'no answer, asking again');
        await this.#disconnect();
        if (!unknownTopic) await sleep(RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#disconnect();
  }

  #connect(): Promise<Connected> {
    this.#connected ??= this.#open();
    return this.#connected;
  }

  async #open(): Promise<Connected> {
    const client = createClient(this.#connection, {
      log: this.#log,
      retry: { ...RIDE_OUT, retries: FIRST_CONTACT_RETRIES },
    });
    const admin = client.admin();
    const cluster = openCluster(client);
    try {
      await Promise.all([admin.connect(), cluster.connect()]);
      return { admin, cluster };
    } catch (error) {
      this.#connected = null;
      await Promise.allSettled([admin.disconnect(), cluster.disconnect()]);
      throw error;
    }
  }

  async #disconnect(): Promise<void> {
    const connected = this.#connected;
    this.#connected = null;
    const open = await connected?.catch(() => null); // it was never open
    if (open) await Promise.allSettled([open.admin.disconnect(), open.cluster.disconnect()]);
  }

  #unreachable(cause: unknown): RetriableError {
    const where = this.#connection.bootstrap.join(', ');
    const sentence = `no Kafka broker answers at ${where}: ${messageOf(cause)}; check KAFKA_BROKERS and that the broker runs`;
    return new RetriableError('KAFKA_UNREACHABLE', sentence, { cause });
  }
}

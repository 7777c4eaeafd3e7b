import { ConfigResourceTypes } from './kafkajs.ts';
import type { AdminClient } from './admin-client.ts';
import { errorTypeOf, reactionTo } from './failure.ts';
import { refusal } from './refusal.ts';

const FRESH_MS = 30_000;

/** What a producer has to know of a topic. */
export interface TopicFacts {
  readonly partitions: number;
  /** Largest record batch the topic takes, bytes. */
  readonly maxMessageBytes: number;
}

/** Where facts of topics are known from. */
export interface TopicFactsReader {
  /** What is known at this moment, without asking. */
  known(topic: string): TopicFacts | undefined;
  /** @throws UserError TOPIC_UNKNOWN */
  of(topic: string): Promise<TopicFacts>;
  /** Asks the broker, whatever is known. */
  read(topic: string): Promise<TopicFacts>;
}

interface Entry {
  readonly facts: TopicFacts;
  readonly readAt: number;
}

/** Facts of topics, read once and again in the background every half minute. */
export class TopicDirectory implements TopicFactsReader {
  readonly #client: AdminClient;
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Promise<TopicFacts>>();

  constructor(client: AdminClient) {
    this.#client = client;
  }

  known(topic: string): TopicFacts | undefined {
    const entry = this.#entries.get(topic);
    if (entry && performance.now() - entry.readAt > FRESH_MS) void this.read(topic).catch(() => undefined); // stale is good enough
    return entry?.facts;
  }

  async of(topic: string): Promise<TopicFacts> {
    return this.known(topic) ?? this.read(topic);
  }

  read(topic: string): Promise<TopicFacts> {
    const reading = this.#reading.get(topic) ?? this.#ask(topic).finally(() => this.#reading.delete(topic));
    this.#reading.set(topic, reading);
    return reading;
  }

  async #ask(topic: string): Promise<TopicFacts> {
    try {
      const facts = { partitions: await this.#partitions(topic), maxMessageBytes: await this.#maxMessageBytes(topic) };
      this.#entries.set(topic, { facts, readAt: performance.now() });
      return facts;
    } catch (error) {
      if (errorTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') this.#entries.delete(topic);
      throw refusal(error, [topic]);
    }
  }

  async #partitions(topic: string): Promise<number> {
    const { topics } = await this.#client.ask(({ admin }) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]?.partitions.length ?? 0;
  }

  /** Without the right to read it, the broker's own verdict has to do. */
  async #maxMessageBytes(topic: string): Promise<number> {
    const wanted = { type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] };
    try {
      const { resources } = await this.#client.ask(({ admin }) =>
        admin.describeConfigs({ resources: [wanted], includeSynonyms: false }),
      );
      return Number(resources[0]?.configEntries[0]?.configValue ?? Infinity);
    } catch (error) {
      if (reactionTo(error) === 'refused') return Infinity;
      throw error;
    }
  }
}

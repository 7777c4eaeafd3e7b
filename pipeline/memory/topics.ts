import type { TopicPartition } from '../ports/consumer.ts';
import { BrokerError } from './broker-error.ts';
import { PartitionLog } from './partition-log.ts';

/** A topic: its partitions and its settings by Kafka's names. */
export interface Topic {
  readonly name: string;
  readonly logs: readonly PartitionLog[];
  readonly settings: Readonly<Record<string, string>>;
}

/** The topics of a broker, by name. */
export class Topics {
  readonly #topics = new Map<string, Topic>();

  names(): readonly string[] {
    return [...this.#topics.keys()].sort();
  }

  has(name: string): boolean {
    return this.#topics.has(name);
  }

  /** @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION */
  of(name: string): Topic {
    const topic = this.#topics.get(name);
    if (!topic) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION');
    return topic;
  }

  /** @throws BrokerError UNKNOWN_TOPIC_OR_PARTITION */
  log({ topic, partition }: TopicPartition): PartitionLog {
    const log = this.of(topic).logs[partition];
    if (!log) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION');
    return log;
  }

  /** Makes a topic, or gives it more partitions and other settings. */
  set(name: string, partitions: number, settings: Readonly<Record<string, string>>): void {
    const logs = [...(this.#topics.get(name)?.logs ?? [])];
    for (let partition = logs.length; partition < partitions; partition++)
      logs.push(new PartitionLog({ topic: name, partition }));
    this.#topics.set(name, { name, logs, settings });
  }

  delete(name: string): void {
    this.#topics.delete(name);
  }
}

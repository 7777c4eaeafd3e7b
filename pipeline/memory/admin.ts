import { UserError } from '../errors/pipeline-error.ts';
import { partitionName } from '../kafka/epoch.ts';
import { occupiedGroup } from '../kafka/occupied-group.ts';
import { refusal, unknownTopic } from '../kafka/refusal.ts';
import type {
  Admin,
  GroupOffset,
  GroupState,
  LogPlace,
  OffsetRange,
  PartitionLag,
  PartitionOffset,
  TopicDescription,
  TopicVerdict,
} from '../ports/admin.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import type { TopicPlan } from '../topology/plan.ts';
import type { MemoryBroker } from './broker.ts';
import type { MemoryClient } from './client.ts';
import { readPieces } from './partition-reader.ts';
import type { PartitionLog } from './partition-log.ts';
import { createTopic, ensureTopics } from './provisioning.ts';

/** Topics and groups of a broker in memory, from outside. */
export class MemoryAdmin implements Admin {
  readonly #client: MemoryClient;

  constructor(client: MemoryClient) {
    this.#client = client;
  }

  ensureTopics(topics: readonly TopicPlan[]): Promise<readonly TopicVerdict[]> {
    return this.#ask([], (broker) => ensureTopics(broker, topics));
  }

  listTopics(): Promise<readonly string[]> {
    return this.#ask([], ({ topics }) => topics.names());
  }

  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    return this.#ask(names, ({ topics }) =>
      names.map((name) => {
        const { logs, settings: config } = topics.of(name);
        const partitions = logs.map(({ partition: { partition }, low, stableEnd: high }) => ({
          partition,
          leader: 1,
          replicas: [1],
          low,
          high,
        }));
        return { name, partitions, config };
      }),
    );
  }

  createTopic(topic: TopicPlan): Promise<void> {
    return this.#ask([], (broker) => {
      if (broker.topics.has(topic.name)) throw topicExists(topic.name);
      createTopic(broker, topic);
    });
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#ask(names, (broker) => {
      const unknown = names.filter((name) => !broker.topics.has(name));
      if (unknown.length > 0) throw unknownTopic(unknown);
      for (const name of names) {
        broker.topics.delete(name);
        broker.topicChanged(name);
      }
    });
  }

  lag(groupId: string, names: readonly string[]): Promise<readonly PartitionLag[]> {
    return this.#ask(names, (broker) => {
      const { committed } = broker.group(groupId);
      return logsOf(broker, names).map((log) => lagOf(log, committed.get(partitionName(log.partition))?.offset));
    });
  }

  removeMember(groupId: string, memberId: string): Promise<void> {
    return this.#ask([], (broker) => broker.group(groupId).remove(memberId));
  }

  offsetsAt(names: readonly string[], place: LogPlace): Promise<readonly PartitionOffset[]> {
    return this.#ask(names, (broker) =>
      logsOf(broker, names).map((log) => ({ ...log.partition, offset: offsetAt(log, place) })),
    );
  }

  groupState(groupId: string): Promise<GroupState> {
    return this.#ask([], (broker) => {
      const { members } = broker.group(groupId);
      return { members: members.map(({ memberId, clientId }) => ({ memberId, clientId, host: 'memory' })) };
    });
  }

  groupOffsets(groupId: string): Promise<readonly GroupOffset[]> {
    return this.#ask([], (broker) => [...broker.group(groupId).committed.values()]);
  }

  setOffsets(groupId: string, offsets: readonly (PartitionOffset & { readonly metadata?: string })[]): Promise<void> {
    return this.#ask([], (broker) => {
      const group = broker.group(groupId);
      if (group.members.length > 0) throw occupiedGroup(groupId);
      group.accept(offsets.map((offset) => ({ metadata: '', ...offset })));
    });
  }

  deleteRecords({ topic, partition, offset }: PartitionOffset): Promise<void> {
    return this.#ask([topic], ({ topics }) => topics.log({ topic, partition }).deleteBefore(offset));
  }

  async *readRange(range: OffsetRange, signal?: AbortSignal): AsyncIterable<ConsumerRecord> {
    for await (const { records } of readPieces(this.#client, range, signal)) {
      for (const record of records) {
        if (signal?.aborted) return;
        yield record;
      }
    }
  }

  async close(): Promise<void> {
    // nothing is held
  }

  async #ask<T>(topics: readonly string[], work: (broker: MemoryBroker) => T): Promise<T> {
    try {
      return await this.#client.request({ api: 'metadata' }, () => work(this.#client.broker));
    } catch (error) {
      throw refusal(error, topics);
    }
  }
}

function logsOf({ topics }: MemoryBroker, names: readonly string[]): readonly PartitionLog[] {
  return names.flatMap((name) => topics.of(name).logs);
}

function lagOf({ partition, low, stableEnd: endOffset }: PartitionLog, committed: bigint | undefined): PartitionLag {
  const from = committed ?? low;
  return { ...partition, committed: committed ?? null, endOffset, lag: endOffset > from ? endOffset - from : 0n };
}

function offsetAt(log: PartitionLog, place: LogPlace): bigint {
  if (place === 'earliest') return log.low;
  return place === 'latest' ? log.stableEnd : log.offsetAt(place.timestampMs);
}

function topicExists(topic: string): UserError {
  const sentence = `topic "${topic}" is already there; choose another name or delete it first`;
  return new UserError('TOPIC_EXISTS', sentence, { where: { topic } });
}

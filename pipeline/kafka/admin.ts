import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors/pipeline-error.ts';
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
import type { TopicPartition } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import type { TopicPlan } from '../topology/plan.ts';
import { AdminClient } from './admin-client.ts';
import { partitionsOf, type ClientConnection } from './client.ts';
import { deleteRecords } from './delete-records.ts';
import { partitionName } from './epoch.ts';
import { commitForGroup, groupOffsets, groupState } from './group-offsets.ts';
import { committedOffsets, offsetsAt, type Offsets } from './offsets.ts';
import { createTopics, ensureTopics, readSettings } from './provisioning.ts';
import { readRange } from './read-range.ts';
import { refusal, unknownTopic } from './refusal.ts';
import { removeMember } from './remove-member.ts';

const POLL_MS = 50;
const DELETED_DEADLINE_MS = 10_000;

/** Creates the outside view of topics and groups; it connects on first use. */
export function createAdmin(connection: ClientConnection, log: Logger): Admin {
  return new KafkaAdmin(new AdminClient(connection, log));
}

class KafkaAdmin implements Admin {
  readonly #client: AdminClient;

  constructor(client: AdminClient) {
    this.#client = client;
  }

  ensureTopics(topics: readonly TopicPlan[]): Promise<readonly TopicVerdict[]> {
    return ensureTopics(this.#client, topics);
  }

  async listTopics(): Promise<readonly string[]> {
    const names = await this.#client.ask(({ admin }) => admin.listTopics());
    return names.filter((name) => !name.startsWith('__')).sort();
  }

  async describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    if (names.length === 0) return [];
    const metadata = await this.#named(names, () =>
      this.#client.ask(({ admin }) => admin.fetchTopicMetadata({ topics: [...names] })),
    );
    const partitions = metadata.topics.flatMap(({ name, partitions: numbers }) =>
      numbers.map(({ partitionId }) => ({ topic: name, partition: partitionId })),
    );
    const settings = await readSettings(this.#client, names);
    const [low, high] = await this.#client.ask(async ({ cluster }) => {
      await cluster.addMultipleTargetTopics([...names]);
      return Promise.all([offsetsAt(cluster, partitions, 'earliest'), offsetsAt(cluster, partitions, 'latest')]);
    });
    return metadata.topics.map(({ name, partitions: described }) => ({
      name,
      partitions: described
        .map(({ partitionId: partition, leader, replicas }) => ({
          partition,
          leader,
          replicas,
          low: low.get(partitionName({ topic: name, partition })) ?? 0n,
          high: high.get(partitionName({ topic: name, partition })) ?? 0n,
        }))
        .sort((a, b) => a.partition - b.partition),
      config: settings.get(name) ?? {},
    }));
  }

  async createTopic(topic: TopicPlan): Promise<void> {
    if ((await this.#all()).has(topic.name)) {
      throw new UserError(
        'TOPIC_EXISTS',
        `topic "${topic.name}" is already there; choose another name or delete it first`,
        {
          where: { topic: topic.name },
        },
      );
    }
    await createTopics(this.#client, [topic]);
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    const all = await this.#all();
    const unknown = names.filter((name) => !all.has(name));
    if (unknown.length > 0) throw unknownTopic(unknown);
    if (names.length === 0) return;
    await this.#named(names, () => this.#client.ask(({ admin }) => admin.deleteTopics({ topics: [...names] })));
    await this.#untilGone(names);
  }

  async lag(groupId: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    return this.#named(topics, () =>
      this.#client.ask(async ({ cluster }) => {
        await cluster.addMultipleTargetTopics([...topics]);
        await cluster.refreshMetadataIfNecessary();
        const partitions = topics.flatMap((topic) =>
          partitionsOf(cluster, topic).map((partition) => ({ topic, partition })),
        );
        const [committed, ends] = await Promise.all([
          committedOffsets(cluster, groupId, partitions),
          offsetsAt(cluster, partitions, 'latest'),
        ]);
        const untouched = partitions.filter((partition) => !committed.has(partitionName(partition)));
        const starts = await offsetsAt(cluster, untouched, 'earliest');
        return partitions.map((partition) => lagOf(partition, { committed, ends, starts }));
      }),
    );
  }

  async removeMember(groupId: string, memberId: string): Promise<void> {
    await this.#client.ask(({ cluster }) => removeMember(cluster, { groupId, memberId }));
  }

  async offsetsAt(topics: readonly string[], place: LogPlace): Promise<readonly PartitionOffset[]> {
    return this.#named(topics, () =>
      this.#client.ask(async ({ cluster }) => {
        await cluster.addMultipleTargetTopics([...topics]);
        await cluster.refreshMetadataIfNecessary();
        const partitions = topics.flatMap((topic) =>
          partitionsOf(cluster, topic).map((partition) => ({ topic, partition })),
        );
        const offsets = await offsetsAt(cluster, partitions, place);
        return partitions.map((partition) => ({ ...partition, offset: offsets.get(partitionName(partition)) ?? 0n }));
      }),
    );
  }

  groupState(groupId: string): Promise<GroupState> {
    return this.#client.ask(({ cluster }) => groupState(cluster, groupId));
  }

  groupOffsets(groupId: string): Promise<readonly GroupOffset[]> {
    return this.#client.ask(({ cluster }) => groupOffsets(cluster, groupId));
  }

  async setOffsets(
    groupId: string,
    offsets: readonly (PartitionOffset & { readonly metadata?: string })[],
  ): Promise<void> {
    await this.#client.ask(({ cluster }) => commitForGroup(cluster, groupId, offsets));
  }

  async deleteRecords(before: PartitionOffset): Promise<void> {
    await this.#named([before.topic], () => this.#client.ask(({ cluster }) => deleteRecords(cluster, before)));
  }

  readRange(range: OffsetRange, signal?: AbortSignal): AsyncIterable<ConsumerRecord> {
    return readRange(this.#client, range, signal);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #untilGone(names: readonly string[]): Promise<void> {
    const deadline = performance.now() + DELETED_DEADLINE_MS;
    while (performance.now() < deadline) {
      const left = await this.#all();
      if (!names.some((name) => left.has(name))) return;
      await sleep(POLL_MS);
    }
  }

  async #all(): Promise<ReadonlySet<string>> {
    return new Set(await this.#client.ask(({ admin }) => admin.listTopics()));
  }

  async #named<T>(topics: readonly string[], ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw refusal(error, topics);
    }
  }
}

function lagOf(
  { topic, partition }: TopicPartition,
  { committed, ends, starts }: { readonly committed: Offsets; readonly ends: Offsets; readonly starts: Offsets },
): PartitionLag {
  const name = partitionName({ topic, partition });
  const endOffset = ends.get(name) ?? 0n;
  const from = committed.get(name) ?? starts.get(name) ?? 0n;
  const lag = endOffset > from ? endOffset - from : 0n;
  return { topic, partition, committed: committed.get(name) ?? null, endOffset, lag };
}

import type { Broker, Cluster } from 'kafkajs';
import type { MissingRight, Uses } from '../ports/inspector.ts';
import { errorTypeOf } from './failure.ts';
import type { TransactionBroker } from './transaction-requests.ts';

/** A partition no topic has: the broker looks at rights first, and then finds nothing to read or to write. */
const NO_PARTITION = 2_000_000_000;
const NO_MEMBER = { groupGenerationId: -1, memberId: 'nobody' };
const NO_PRODUCER = { producerId: '-1', producerEpoch: 0 };
const NOT_ALLOWED = /AUTHORIZATION_FAILED/;
const ACKS_ALL = -1;

/** kafkajs has these requests, its types do not. */
type ProbedBroker = TransactionBroker & {
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  createTopics(request: { topics: readonly object[]; validateOnly: boolean }): Promise<unknown>;
};

/** Asks for what cannot be done: what comes back tells whether it would have been allowed. */
export async function missingRights(cluster: Cluster, uses: Uses): Promise<readonly MissingRight[]> {
  await cluster.refreshMetadata();
  const broker = (await cluster.findControllerBroker()) as ProbedBroker;
  const missing: MissingRight[] = [];
  const probe = async (right: MissingRight, ask: () => Promise<unknown>): Promise<void> => {
    if (await isForbidden(ask)) missing.push(right);
  };
  for (const topic of uses.creates) await probe(`create topic "${topic}"`, () => createNothing(broker, topic));
  for (const topic of uses.reads) await probe(`read topic "${topic}"`, () => readNothing(broker, topic));
  for (const topic of uses.writes) await probe(`write topic "${topic}"`, () => writeNothing(broker, topic));
  for (const group of uses.groups) await probe(`read group "${group}"`, () => beatForNobody(broker, group));
  for (const id of uses.transactionalIds) await probe(`write transactional id "${id}"`, () => endNothing(broker, id));
  return missing;
}

async function isForbidden(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    const type = errorTypeOf(error);
    if (type === undefined) throw error; // nobody answered
    return NOT_ALLOWED.test(type); // else it is refused as what it is: impossible
  }
}

function readNothing(broker: Broker, topic: string): Promise<unknown> {
  const partitions = [{ partition: NO_PARTITION, fetchOffset: '0', maxBytes: 1 }];
  return broker.fetch({ replicaId: -1, isolationLevel: 1, maxWaitTime: 0, topics: [{ topic, partitions }] });
}

function writeNothing(broker: TransactionBroker, topic: string): Promise<unknown> {
  const partitions = [{ partition: NO_PARTITION, messages: [{ key: null, value: '', timestamp: '0' }] }];
  return broker.produce({ acks: ACKS_ALL, timeout: 1000, topicData: [{ topic, partitions }] });
}

function createNothing(broker: ProbedBroker, topic: string): Promise<unknown> {
  return broker.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }], validateOnly: true });
}

/** Any broker looks at the right before it says that another one coordinates. */
function beatForNobody(broker: ProbedBroker, groupId: string): Promise<unknown> {
  return broker.heartbeat({ groupId, ...NO_MEMBER });
}

function endNothing(broker: ProbedBroker, transactionalId: string): Promise<unknown> {
  return broker.endTxn({ transactionalId, ...NO_PRODUCER, transactionResult: false });
}

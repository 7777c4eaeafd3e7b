import { MemoryBroker, createMemoryKafka } from '../../pipeline/memory/index.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { adminConformance } from '../conformance/admin.conformance.ts';
import { consumerConformance } from '../conformance/consumer.conformance.ts';
import { groupConformance } from '../conformance/group.conformance.ts';
import { offsetsConformance } from '../conformance/offsets.conformance.ts';
import { partitionReaderConformance } from '../conformance/partition-reader.conformance.ts';
import { producerConformance } from '../conformance/producer.conformance.ts';
import { transactionsConformance } from '../conformance/transactions.conformance.ts';
import type { TransportCase } from '../conformance/transport.ts';

const broker = new MemoryBroker({ clock: systemClock });
const memory: TransportCase = { name: 'in memory', connect: (clientId) => createMemoryKafka(broker, clientId) };

producerConformance(memory);
transactionsConformance(memory);
partitionReaderConformance(memory);
consumerConformance(memory);
offsetsConformance(memory);
groupConformance(memory);
adminConformance(memory);

import { inject } from 'vitest';
import { adminConformance } from '../../conformance/admin.conformance.ts';
import { consumerConformance } from '../../conformance/consumer.conformance.ts';
import { groupConformance } from '../../conformance/group.conformance.ts';
import { offsetsConformance } from '../../conformance/offsets.conformance.ts';
import { partitionReaderConformance } from '../../conformance/partition-reader.conformance.ts';
import { producerConformance } from '../../conformance/producer.conformance.ts';
import { transactionsConformance } from '../../conformance/transactions.conformance.ts';
import type { TransportCase } from '../../conformance/transport.ts';
import { kafkaAt } from './cluster.ts';

const bootstrap = inject('bootstrap');
const kafka: TransportCase = { name: 'of Kafka', connect: (clientId) => kafkaAt(bootstrap, clientId) };

producerConformance(kafka);
transactionsConformance(kafka);
partitionReaderConformance(kafka);
consumerConformance(kafka);
offsetsConformance(kafka);
groupConformance(kafka);
adminConformance(kafka);

import { createConsumer } from '../../../pipeline/kafka/index.ts';
import { silentLog } from './silent-log.ts';

// A group member that can be killed: tells its member id to the process that forked it.
const [bootstrap = '', groupId = '', topic = ''] = process.argv.slice(2);
const consumer = createConsumer(
  { bootstrap: [bootstrap] },
  {
    groupId,
    topics: [topic],
    startAt: 'earliest',
    maxBytesPerPartition: 1_000_000,
    minBytes: 1,
    maxWaitMs: 100,
    partitionsConcurrently: 1,
    onBatch: async () => undefined,
    onAssigned: ({ memberId }) => process.send?.(memberId),
  },
  silentLog,
);
await consumer.start();

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { BatchContext } from '../../pipeline/ports/consumer.ts';
import { MemoryTopology } from '../runtime/memory-topology.ts';

test('the broker in memory fetches again after a rewind that no handler makes', async () => {
  const topology = new MemoryTopology();
  await topology.createTopics();
  const seen: string[] = [];
  let grip: BatchContext | null = null;
  const consumer = topology.kafka.consumer({
    groupId: 'g',
    topics: ['in'],
    startAt: 'earliest',
    maxBytesPerPartition: 1e6,
    minBytes: 1,
    maxWaitMs: 10,
    partitionsConcurrently: 1,
    onBatch: async ({ records, nextOffset }, context) => {
      seen.push(...records.map(({ value }) => String(value)));
      context.advance(nextOffset);
      grip = context;
    },
  });
  onTestFinished(() => consumer.stop());
  await consumer.start();
  await topology.send({ value: 'a' });
  for (let n = 0; n < 20; n++) await nextTurn();
  grip!.rewind(0n);
  for (let n = 0; n < 20; n++) await nextTurn();
  expect(seen).toEqual(['a', 'a']);
});

import { expect, test } from 'vitest';
import { TaskLost } from '../../pipeline/errors/pipeline-error.ts';
import type { BatchContext } from '../../pipeline/ports/consumer.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';
import { atLeastOnce, type Step } from '../../pipeline/runtime/delivery.ts';

const record = (topic: string): ProducerRecord => ({
  topic,
  partition: 0,
  key: 'k',
  value: 'v',
  headers: {},
  timestampMs: 1,
});

/** A delivery whose partition is held as long as `answers` say so. */
function delivery(answers: boolean[]) {
  const journal: string[] = [];
  const send = async (records: readonly ProducerRecord[]) => {
    journal.push(...records.map(({ topic }) => topic));
    return new Map<string, bigint>();
  };
  const context: Partial<BatchContext> = {
    holds: async () => answers.shift() ?? false,
    commitSoon: (offset) => void journal.push(`commit ${offset}`),
  };
  const step: Step = { topic: 'in', partition: 0, nextOffset: 5n, context: context as BatchContext };
  const write = () => atLeastOnce({ send }).write({ outputs: [record('out')], changes: [record('changelog')] }, step);
  return { journal, write };
}

test('at-least-once writes outputs, then changes of state, then commits', async () => {
  const { journal, write } = delivery([true, true]);

  await write();

  expect(journal).toEqual(['out', 'changelog', 'commit 5']);
});

test('who may have lost the partition while asleep writes nothing', async () => {
  const { journal, write } = delivery([false]);

  await expect(write()).rejects.toThrow(TaskLost);

  expect(journal).toEqual([]);
});

test('who may have lost the partition between outputs and state leaves the state alone', async () => {
  const { journal, write } = delivery([true, false]);

  await expect(write()).rejects.toThrow(TaskLost);

  expect(journal).toEqual(['out']);
});

import { expect, inject } from 'vitest';
import { PoisonRecordError } from '../../pipeline/errors/pipeline-error.ts';
import type { DeadLetter } from '../../pipeline/task/dead-letter.ts';
import { deadLetterRecord } from '../../pipeline/task/dead-letter.ts';
import { createdTopic, kafkaAt, producerOf, topicPlan, unique } from './kafka/cluster.ts';
import { tapline } from './topology-run.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
const kafka = kafkaAt(inject('bootstrap'));

/** Topics of a stage nobody runs: what it read, and its dead letters. */
export interface DeadStage {
  /** `<topology>.<stage>` */
  readonly name: string;
  readonly input: string;
  readonly deadLetters: string;
  /** Writes values to the input and lets each of them die; the code is the first word. */
  die(values: readonly string[], letter?: Partial<DeadLetter>): Promise<void>;
}

/** Creates the topics of a stage; they are deleted after the test. */
export async function deadStage({ partitions = 1 }: { readonly partitions?: number } = {}): Promise<DeadStage> {
  const input = await createdTopic(kafka, { partitions });
  const name = `${unique('t')}.decode`;
  const deadLetters = await createdTopic(kafka, topicPlan(`${name}.dlq`));
  const producer = producerOf(kafka);
  let offset = 0n;
  return {
    name,
    input,
    deadLetters,
    die: async (values, given = {}) => {
      for (const value of values) {
        const record = { topic: input, partition: 0, key: 'k', value, headers: { a: 'b' }, timestampMs: Date.now() };
        await producer.send([record]);
        const error = Object.assign(new PoisonRecordError('PROCESSING_FAILED', `${value} is bad`), {
          code: value.split(' ')[0],
        });
        const origin = { ...record, offset: offset++ };
        const letter = { record: origin, stage: 'decode', processor: 'decode', attempts: 1, error, ...given };
        const target = { topic: deadLetters, maxMessageBytes: MAX_MESSAGE_BYTES };
        await producer.send([deadLetterRecord(letter, target, Date.now())]);
      }
    },
  };
}

/** Runs a verb to its end. */
export async function verb(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  const run = await tapline({ args, env: { KAFKA_BROKERS: inject('bootstrap') } });
  const code = await run.ended;
  return { code, text: run.lines.join('\n') };
}

/** A text that matches, in what a test expects. */
export function like(pattern: RegExp | string): unknown {
  return expect.stringMatching(pattern);
}

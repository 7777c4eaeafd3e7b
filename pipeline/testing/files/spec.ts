import { z } from 'zod';
import { frameSpec } from './frame-spec.ts';
import { duration, parseDurationMs } from '../../topology/duration.ts';

const topic = z.string().min(1);
const stage = z.string().min(1);
const key = z.union([z.string(), z.null()]);
const EXPECTED_TIME = 'must be a time such as 2026-01-01T00:00:00Z';
const time = z
  .string({ error: EXPECTED_TIME })
  .refine((text) => Number.isFinite(Date.parse(text)), { error: EXPECTED_TIME })
  .meta({ title: 'time' });
const span = duration('0ms', '3650d');
const times = z.int().min(1);
const SIGNED = 'must be a duration such as 10m, or -1h to go back';
const jump = z
  .string({ error: SIGNED })
  .regex(/^-?\d+(\.\d+)?(ms|s|m|h|d)$/, { error: SIGNED })
  .transform((text) => (text.startsWith('-') ? -parseDurationMs(text.slice(1)) : parseDurationMs(text)));

const inputRecord = z.strictObject({
  key: key.optional().describe('Key; without one, records take turns between partitions.'),
  value: z.unknown().optional().describe('Text is written as it is, null is a tombstone, everything else as JSON.'),
  file: z.string().optional().describe('File, beside the test, whose bytes are the value.'),
  frame: frameSpec.optional().describe('Makes it a frame, as a source writes it: with content-type and frame-meta.'),
  headers: z.record(z.string(), z.string()).optional().describe('Headers.'),
  time: time.optional().describe('Timestamp. Default: the time of the clock.'),
  partition: z.int().min(0).optional().describe('Partition. Default: as the key says.'),
});

const foundRecord = z.strictObject({
  key: z.unknown().optional().describe('Key.'),
  value: z.unknown().optional().describe('Value; of a mapping only the keys that are named here are looked at.'),
  headers: z.record(z.string(), z.unknown()).optional().describe('Headers, of which only those named are looked at.'),
  time: time.optional().describe('Timestamp.'),
  partition: z.int().min(0).optional().describe('Partition.'),
});

const writtenRecord = foundRecord
  .extend({
    picture: z.string().min(1).optional().describe('File, beside the test, that looks like the picture in the record.'),
    within: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Of picture: share of its pixels that may be seen to differ. Default: 0.001.'),
  })
  .refine(({ picture, within }) => within === undefined || picture !== undefined, {
    path: ['within'],
    error: 'must be left out: it belongs to picture',
  });

const deadLetter = foundRecord.extend({
  code: z.unknown().optional().describe('Code of the error.'),
  message: z.unknown().optional().describe('Sentence of the error.'),
  attempts: z.unknown().optional().describe('How often it was tried.'),
});

/** Which keys of a fault go with which kind of it. */
export const FAULTS = {
  crash: ['at'],
  rebalance: [],
  slow: ['by', 'key', 'times'],
  poison: ['key', 'times'],
  brokerError: ['error', 'on', 'times', 'after'],
  duplicate: [],
  jump: [],
} as const;

const fault = z
  .strictObject({
    crash: stage.optional().describe('Kills the workers of this stage, which are started again at once.'),
    at: z
      .enum(['beforeWrite', 'afterWrite', 'beforeCommit', 'afterCommit'])
      .optional()
      .describe('Of a crash: not now, but at the next write or commit.'),
    rebalance: stage.optional().describe('Makes the workers of this stage join their group anew.'),
    slow: stage.optional().describe('Makes the processor of this stage take long.'),
    by: span.optional().describe('Of slow: how long, by the clock of the test.'),
    poison: stage.optional().describe('Makes the processor of this stage throw.'),
    key: z.string().optional().describe('Of slow and poison: records of this key alone.'),
    brokerError: stage.optional().describe('Lets the broker answer requests of this stage with an error.'),
    error: z.string().optional().describe("Of brokerError: Kafka's name of it, such as NOT_LEADER_FOR_PARTITION."),
    on: z.enum(['write', 'commit']).optional().describe('Of brokerError: the requests that meet it. Default: write.'),
    times: times.optional().describe('How often. Default 1; with a key, poison is for ever.'),
    after: z.int().min(0).optional().describe('Of brokerError: so many requests pass first.'),
    duplicate: topic.optional().describe('Writes the last record of each partition of this topic once more.'),
    jump: jump.optional().describe('Sets the clock by this much, forwards or back, while no time passes.'),
  })
  .superRefine((given, context) => {
    const kinds = Object.keys(FAULTS).filter((kind) => kind in given) as (keyof typeof FAULTS)[];
    const [kind] = kinds;
    if (kinds.length !== 1 || kind === undefined) {
      context.addIssue({ code: 'custom', message: `must have one of ${Object.keys(FAULTS).join(', ')}` });
      return;
    }
    const foreign = Object.keys(given).filter(
      (one) => one !== kind && !(FAULTS[kind] as readonly string[]).includes(one),
    );
    for (const one of foreign)
      context.addIssue({ code: 'custom', path: [one], message: `must be left out: it does not belong to ${kind}` });
    const needed = ({ slow: 'by', brokerError: 'error' } as const)[kind as 'slow'] as 'by' | undefined;
    if (needed !== undefined && !(needed in given))
      context.addIssue({ code: 'custom', message: `must have "${needed}" beside ${kind}` });
  });

const stepShape = z.strictObject({
  input: z
    .strictObject({ topic, records: z.array(inputRecord).min(1), repeat: times.optional() })
    .optional()
    .describe('Writes records to a topic, `repeat` times, and waits until all that follows is done.'),
  advance: span.optional().describe('Lets time pass.'),
  fault: fault.optional().describe('Lets something go wrong.'),
  restart: stage.optional().describe('Starts a stage that was stopped or has given up.'),
  stop: stage.optional().describe('Stops a stage in good order.'),
  expect: z
    .strictObject({
      topic,
      records: z.array(writtenRecord),
      inAnyOrder: z.boolean().prefault(false).describe('Order does not matter. Otherwise it does within a partition.'),
      distinct: z.boolean().prefault(false).describe('Repeats, which have the same ce_id, are passed over.'),
    })
    .optional()
    .describe('What was written to a topic since it was last looked at.'),
  expectDeadLetters: z
    .strictObject({ stage, records: z.array(deadLetter) })
    .optional()
    .describe('All dead letters of a stage so far.'),
  expectState: z
    .strictObject({
      stage,
      store: z.string().min(1),
      key: z.string(),
      window: time.optional().describe('Start of the window, in a window store. Default: the newest.'),
      value: z.unknown().optional().describe('What is kept under the key; without a value, nothing shall be.'),
    })
    .optional()
    .describe('What a store of a stage keeps.'),
  expectStop: z
    .strictObject({ code: z.unknown(), message: z.unknown() })
    .optional()
    .describe('The step before has made a stage give up.'),
});

const step = stepShape.refine((given) => Object.keys(given).length === 1, {
  error: `must have one of ${Object.keys(stepShape.shape).join(', ')}`,
});

const guarantees = z.array(z.enum(['at-least-once', 'exactly-once'])).min(1);

const test = z.strictObject({
  name: z.string().min(1).describe('What holds, as a sentence.'),
  set: z.array(z.string()).optional().describe('Values in place of those of the topology, beside those of the file.'),
  steps: z.array(step).min(1).describe('What happens and what is expected, one after the other.'),
});

/** The one table of `*.test.yaml`: keys, types, defaults, meaning. */
export const testFileSpec = z.strictObject({
  topology: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .prefault('./topology.yaml')
    .describe(
      'The topology under test: a file beside this one, or its text (topology: |); of a list each file is laid over those before it.',
    ),
  env: z
    .record(z.string(), z.string())
    .prefault({})
    .describe('What variables of the topology stand for, beside the environment.'),
  set: z.array(z.string()).prefault([]).describe('Values in place of those of the topology: stages.a.replicas=2.'),
  stages: z.array(stage).min(1).optional().describe('The stages to run. Default: all.'),
  start: time.prefault('2026-01-01T00:00:00Z').describe('Time of the clock when each test begins.'),
  seed: z.int().optional().describe('Makes what may happen in any order happen in another one.'),
  guarantees: guarantees.optional().describe('Runs each test with each of these. Default: as the topology says.'),
  tests: z.array(test).min(1).describe('Each begins with empty topics and empty stores.'),
});

export type TestFileSpec = z.output<typeof testFileSpec>;
export type TestSpec = TestFileSpec['tests'][number];
export type StepSpec = TestSpec['steps'][number];
export type FaultSpec = NonNullable<StepSpec['fault']>;
export type InputSpec = NonNullable<StepSpec['input']>;

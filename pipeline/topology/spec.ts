import { z } from 'zod';
import { duration, durationOrUnlimited } from './duration.ts';
import { partName, topicName } from './names.ts';
import { size, sizeOrUnlimited } from './size.ts';
import { SERDE_NAMES } from '../task/topic-serde.ts';

const typeReference = z.string().min(1);
const options = z.record(z.string(), z.unknown());
const expression = z.string().min(1);
const partitions = z.int().min(1).max(10_000);
const replicas = z.int().min(1).max(256);
const timeout = duration('1ms', '1d');

const policy = {
  retries: z.int().min(0).max(1000).describe('How often a record that failed is tried again.'),
  backoff: duration('0ms', '10s').describe('Wait before the first retry; it doubles each time, up to 10s.'),
  then: z
    .enum(['deadLetter', 'fail', 'skip'])
    .describe('What follows the last retry: set the record aside and go on, stop the worker, or drop and count it.'),
};
const crashes = z
  .int()
  .min(0)
  .max(100)
  .describe(
    'How many workers, one after the other, may crash or hang at a record until it counts as failed; 0: any number.',
  );
const scope = z
  .enum(['partition', 'key'])
  .describe('What waits while a record waits for its next try: all of its partition, or the records of its key alone.');
const stageOnError = z.strictObject({ ...policy, crashes, scope }).partial();
const tapOnError = z.strictObject(policy).partial();

const batchLimits = {
  records: z.int().min(1).max(100_000).describe('Most records in a batch.'),
  bytes: size('1KB', '256MB').describe('Most bytes in a batch; a larger record makes a batch of its own.'),
  linger: duration('0ms', '10s').describe('How long a batch that is not full waits for more.'),
};
const batch = z.strictObject(batchLimits).partial();

const guarantee = z.enum(['at-least-once', 'exactly-once']);
const state = z.enum(['memory', 'disk']);

const was = partName
  .optional()
  .describe('Its name until now: committed offsets and state of that name are carried over. May stay in the file.');

const buffer = z.strictObject({
  records: z.int().min(1).max(10_000_000).optional().describe('Most records kept. Frames: 256, other records: 10000.'),
  bytes: size('64KB', '8GB').optional().describe('Most bytes kept. Default 32MB.'),
});

export const defaultsSpec = z
  .strictObject({
    partitions: partitions.prefault(2).describe('Partitions of each topic, dead letter topics excepted.'),
    replicas: replicas.prefault(1).describe('Worker processes for each stage.'),
    guarantee: guarantee
      .prefault('at-least-once')
      .describe(
        'exactly-once: outputs, changes of state and offsets are one transaction. Readers of the outputs need read_committed.',
      ),
    state: state
      .prefault('memory')
      .describe('Where stages keep their state; either way a changelog topic keeps it too.'),
    timeout: timeout.prefault('30s').describe('Time one record may take.'),
    batch: z
      .strictObject({
        records: batchLimits.records.prefault(500),
        bytes: batchLimits.bytes.prefault('4MB'),
        linger: batchLimits.linger.prefault('0ms'),
      })
      .prefault({})
      .describe('Limits of the batches that stages work on.'),
    onError: z
      .strictObject({
        retries: policy.retries.prefault(3),
        backoff: policy.backoff.prefault('100ms'),
        then: policy.then.prefault('deadLetter'),
        crashes: crashes.prefault(2),
        scope: scope.prefault('partition'),
      })
      .prefault({})
      .describe('What happens with a record that fails, in stages and taps.'),
  })
  .describe('Values for all parts that do not say otherwise.');

export const topicSpec = z.strictObject({
  partitions: partitions.optional().describe('Number of partitions. Default: defaults.partitions.'),
  retention: durationOrUnlimited()
    .optional()
    .describe('How long records are kept. Frames: 10m, other records: 7d, dead letters: 14d.'),
  retentionBytes: sizeOrUnlimited()
    .optional()
    .describe('Most bytes kept for each partition. Frames: 128MB, other records: 1GB, dead letters: 64MB.'),
  segmentBytes: size('1MB', '1GB')
    .optional()
    .describe(
      'Size of a log segment; only closed segments are deleted. Default 32MB, and never below maxMessageBytes.',
    ),
  maxMessageBytes: size('1KB', '1GB')
    .optional()
    .describe('Largest record. Frames: 16MB, other records: 1MB, dead letters: 1MB above the topic they come from.'),
  serde: z
    .enum(SERDE_NAMES)
    .optional()
    .describe(
      'What the values are. Stages check what they read and write; what is not so is a dead letter. Default: whatever the content-type header says, unchecked.',
    ),
});

export const sourceSpec = z.strictObject({
  type: typeReference.describe('Built-in source, or path of a module of yours such as ./sources/lights.ts.'),
  to: topicName.describe('Topic it writes.'),
  with: options.optional().describe('Options of this type of source.'),
  maxUnderWay: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      'A finite source pauses while this many of its records are in the stages. Frames: 24, other records: 10000.',
    ),
  buffer: buffer.optional().describe('What a live source keeps while the broker is away; the oldest is dropped first.'),
});

export const stageSpec = z.strictObject({
  was,
  from: z.union([topicName, z.array(topicName).min(1)]).describe('Topic it reads, or a list of topics.'),
  process: typeReference.describe('Built-in processor, or path of a module of yours such as ./processors/alert.ts.'),
  to: z
    .union([topicName, z.record(z.string().min(1), topicName)])
    .optional()
    .describe('Topic it writes, or a topic for each named output: { default: orders, alerts: orders.alerts }.'),
  with: options.optional().describe('Options of this processor.'),
  delivery: z
    .enum(['every', 'latest'])
    .prefault('every')
    .describe('every: skip nothing. latest: of each live source take the newest frame, skip and count the others.'),
  maxAge: duration('1ms', '1d')
    .optional()
    .describe('With delivery: latest, skip what is older, but never the newest frame of a source.'),
  maxIdle: duration('0ms', '1h')
    .prefault('0ms')
    .describe(
      'With several inputs, of which the oldest record comes first: how long one without records holds the others back.',
    ),
  guarantee: guarantee.optional().describe('What a crash may do to its outputs. Default: defaults.guarantee.'),
  state: state.optional().describe('Where its state is kept. Default: defaults.state.'),
  replicas: replicas.optional().describe('Worker processes. Default: defaults.replicas.'),
  concurrency: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Records worked on at once. Default: what the processor asks for.'),
  order: z
    .enum(['partition', 'key', 'none'])
    .optional()
    .describe(
      'What stays in order: the partition; the records of a key, others go ahead; nothing. At most one batch goes ahead. Default: partition, with onError.scope: key it is key.',
    ),
  batch: batch.optional().describe('Limits of its batches. Default: defaults.batch.'),
  timeout: timeout.optional().describe('Time one record may take. Default: defaults.timeout.'),
  onError: stageOnError.optional().describe('What happens with a record that fails. Default: defaults.onError.'),
});

export const tapSpec = z.strictObject({
  was,
  on: topicName.describe('Topic it reads, any topic at all.'),
  sink: typeReference.describe('Built-in sink, or path of a module of yours such as ./sinks/mail.ts.'),
  with: options.optional().describe('Options of this sink.'),
  where: expression
    .optional()
    .describe("JSONata: only records for which it is true, such as objects[label='person' and score > 0.6]."),
  select: expression.optional().describe('JSONata: what is handed on in place of the record.'),
  sample: z.number().gt(0).max(1).optional().describe('Share of records let through, such as 0.1.'),
  rate: z.number().gt(0).max(1_000_000).optional().describe('At most this many records a second.'),
  onError: tapOnError.optional().describe('What happens with a record the sink fails on. Default: defaults.onError.'),
});

/**
 * The one table of topology.yaml: keys, types, defaults, meaning. The linter, the plan, docs/topology.schema.json and
 * docs/reference.md all come from it. Input is the file, output has milliseconds and bytes.
 */
export const topologySpec = z.strictObject({
  extends: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('File, or list of files, that this one is laid over. Paths begin at the folder of this file.'),
  name: partName.describe('Prefix of consumer groups, transactional ids and dead letter topics.'),
  defaults: defaultsSpec.prefault({}),
  topics: z
    .record(topicName, topicSpec)
    .prefault({})
    .describe('Topics that differ from the defaults, and topics that others write.'),
  sources: z.record(partName, sourceSpec).prefault({}).describe('What writes records from outside into topics.'),
  stages: z
    .record(partName, stageSpec)
    .prefault({})
    .describe('Steps: each reads topics, runs a processor, writes topics.'),
  taps: z.record(partName, tapSpec).prefault({}).describe('Extra readers of any topic; they never slow a stage.'),
});

export type TopologySpec = z.output<typeof topologySpec>;
export type TopicSpec = z.output<typeof topicSpec>;
export type SourceSpec = z.output<typeof sourceSpec>;
export type StageSpec = z.output<typeof stageSpec>;
export type TapSpec = z.output<typeof tapSpec>;

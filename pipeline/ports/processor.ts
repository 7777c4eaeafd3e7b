import type { z } from 'zod';
import type { Logger } from './logger.ts';
import type { ConsumerRecord, OutputRecord } from './record.ts';
import type { KeyValueStore, StoreSpec } from './store.ts';
import { withValues } from './typed-values.ts';

/** Stores by name. */
export type StoreSpecs = Readonly<Record<string, StoreSpec>>;

/** One record, several, or none. */
export type ProcessResult<Value = Buffer | string | null> =
  OutputRecord<Value> | readonly OutputRecord<Value>[] | null | undefined | void;

/** What a processor may see while it works on a record. It never sees a client, a clock or a metric. */
export interface ProcessorContext<Value = Buffer | string | null> {
  /** Name of the stage in topology.yaml. */
  readonly stage: string;
  /** `<stage>-0_<partition>`: the task this record belongs to. */
  readonly task: string;
  /** Adds an output beside what is returned; order of calls is kept. */
  forward(output: OutputRecord<Value>): void;
  /**
   * A store the processor has declared under `stores`. What the record changes is kept if the record succeeds, in one
   * piece with its outputs (`guarantee: exactly-once`) or just after them.
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- who declared the store knows its type
  store<Store = KeyValueStore>(name: string): Store;
  /** Highest record timestamp this task has seen, milliseconds. */
  readonly streamTimeMs: number;
  readonly log: Logger;
  /** Aborts when the record's time is up, the partition is lost or the worker stops. */
  readonly signal: AbortSignal;
}

/** What a processor is given once, when its worker starts. */
export interface ProcessorSetup {
  readonly stage: string;
  readonly log: Logger;
  /** Folder of the topology file: relative paths in options are resolved against it. */
  readonly baseDirectory: string;
}

/**
 * Work that time brings about, in each task. On stream time it runs when a record moves stream time past a multiple of
 * the interval; on wall-clock time every interval, whether records come or not, once the task has begun: with the first
 * record after its partition came to this worker. What it fails at is a dead letter, as `onError` says.
 */
export interface Punctuation<Value = Buffer | string | null> {
  readonly on: 'streamTime' | 'wallClockTime';
  readonly everyMs: number;
  /** `timeMs` is the time that struck. What it returns is written as the outputs of a record are. */
  punctuate(
    context: ProcessorContext<Value> & { readonly timeMs: number },
  ): ProcessResult<Value> | Promise<ProcessResult<Value>>;
}

/** A running processor: holds what `create` prepared (a model, a cache). */
export interface Processor<In = Buffer | null, Out = Buffer | string | null> {
  /** Throwing sends the record to retries, then to the dead letters; `retriable: false` on the error skips the retries. */
  process(record: ConsumerRecord<In>, context: ProcessorContext<Out>): ProcessResult<Out> | Promise<ProcessResult<Out>>;
  /** How many records it can usefully work on at once (default 1). Order of outputs is kept by the runtime. */
  readonly concurrency?: number;
  /**
   * Resolves when the processor can take the record, with what is called at the end of the attempt. This wait, as for
   * something that starts, is no part of the record's time. Throwing is no fault of the record: the worker cannot go on.
   */
  admit?(record: ConsumerRecord, signal: AbortSignal): Promise<() => void>;
  readonly schedule?: readonly Punctuation<Out>[];
  close?(): Promise<void> | void;
}

/** A processor as topology.yaml can name it. Importing its module must be cheap: load heavy libraries in `create`. */
export interface ProcessorDefinition<Options = unknown> {
  readonly kind: 'processor';
  readonly name: string;
  /** One sentence for the reference. */
  readonly summary: string;
  /** Strict schema of `with:`; each field carries its default and `.describe()`. */
  readonly options: z.ZodType<Options>;
  /** Named outputs beside `default`; `any` where only the topology knows them. */
  readonly outputs?: readonly string[] | 'any';
  /** Those of the named outputs that these options ask for: its stage must name a topic for each. */
  needs?(options: Options): readonly string[];
  /** What its output topics hold; the same as its input topics when left out. */
  readonly produces?: 'frames' | 'records';
  /** State it keeps for each task. */
  stores?(options: Options): StoreSpecs;
  /**
   * Of its options, all that gives its state its meaning (JSON): where that changes, what was kept is of no use and the
   * state begins empty. When left out, no option does.
   */
  stateDependsOn?(options: Options): unknown;
  /**
   * The JSONata expression its records must be keyed by, where that is another than the key they come with; else null.
   * A stage in front of it writes them to a topic of that key, so that all records of a key meet in one task.
   */
  repartitionBy?(options: Options): string | null;
  /** Its input topics must have equal partition counts: what belongs together has one key, and meets in one task only so. */
  readonly copartitioned?: boolean;
  /** The input topics its options name: these, and no others, must be the stage's `from`. */
  reads?(options: Options): readonly string[];
  create(options: Options, setup: ProcessorSetup): Processor | Promise<Processor>;
}

interface ProcessorSpec<Schema extends z.ZodType, In, Out> {
  readonly name: string;
  readonly summary: string;
  readonly options: Schema;
  /** Schema of the JSON values it reads: `record.value` is checked and has its type. What does not fit is a dead letter. */
  readonly inputValue?: z.ZodType<In>;
  /** Schema of the values it writes, as JSON. What does not fit is a dead letter. */
  readonly outputValue?: z.ZodType<unknown, Out>;
  /** Named outputs beside `default`; `any` where only the topology knows them. */
  readonly outputs?: readonly string[] | 'any';
  /** Those of the named outputs that these options ask for. */
  needs?(options: z.output<Schema>): readonly string[];
  readonly produces?: 'frames' | 'records';
  /** State it keeps for each task: stores by name, or a function of the options. */
  readonly stores?: StoreSpecs | ((options: z.output<Schema>) => StoreSpecs);
  /** Of its options, all that gives its state its meaning: where that changes, the state begins empty. */
  stateDependsOn?(options: z.output<Schema>): unknown;
  /** The JSONata expression its records must be keyed by; null: the key they come with. */
  repartitionBy?(options: z.output<Schema>): string | null;
  /** Its input topics must have equal partition counts. */
  readonly copartitioned?: boolean;
  /** The input topics its options name: these, and no others, must be the stage's `from`. */
  reads?(options: z.output<Schema>): readonly string[];
}

interface FunctionSpec<Schema extends z.ZodType, In, Out> extends ProcessorSpec<Schema, In, Out> {
  process(
    record: ConsumerRecord<NoInfer<In>>,
    context: ProcessorContext<NoInfer<Out> | null> & { readonly options: z.output<Schema> },
  ): ProcessResult<NoInfer<Out> | null> | Promise<ProcessResult<NoInfer<Out> | null>>;
}

type ProcessorOf<In, Out> = Processor<NoInfer<In>, NoInfer<Out> | null>;

interface FactorySpec<Schema extends z.ZodType, In, Out> extends ProcessorSpec<Schema, In, Out> {
  create(options: z.output<Schema>, setup: ProcessorSetup): ProcessorOf<In, Out> | Promise<ProcessorOf<In, Out>>;
}

/** Any value. As a constraint it makes the compiler keep the words of an enum, in what `process` returns, as they are. */
type Worded<Words extends string> =
  | Words
  | number
  | boolean
  | null
  | undefined
  | object
  | readonly Worded<Words>[]
  | { readonly [key: string]: Worded<Words> };

/**
 * Declares a processor, either as a plain function (`process`) or, where something must be prepared first, as a factory
 * (`create`). The types of options and values are inferred from their schemas.
 */
export function defineProcessor<
  Schema extends z.ZodType,
  In = Buffer | null,
  Words extends string = string,
  Out extends Worded<Words> = Buffer | Words,
>(spec: FunctionSpec<Schema, In, Out> | FactorySpec<Schema, In, Out>): ProcessorDefinition<z.output<Schema>> {
  const { name, summary, options, outputs, produces, stores, copartitioned } = spec;
  const repartitionBy = spec.repartitionBy?.bind(spec);
  const reads = spec.reads?.bind(spec);
  const needs = spec.needs?.bind(spec);
  const stateDependsOn = spec.stateDependsOn?.bind(spec);
  const create =
    'create' in spec
      ? spec.create.bind(spec)
      : (values: z.output<Schema>): ProcessorOf<In, Out> => ({
          process: (record, context) =>
            spec.process(record, Object.assign(Object.create(context) as typeof context, { options: values })),
        });
  const typed = (processor: ProcessorOf<In, Out>): Processor => withValues(processor, spec);
  return {
    kind: 'processor',
    name,
    summary,
    options: options as z.ZodType<z.output<Schema>>,
    ...(outputs && { outputs }),
    ...(needs && { needs }),
    ...(produces && { produces }),
    ...(stores && { stores: typeof stores === 'function' ? stores : () => stores }),
    ...(stateDependsOn && { stateDependsOn }),
    ...(repartitionBy && { repartitionBy }),
    ...(copartitioned && { copartitioned }),
    ...(reads && { reads }),
    create: (values, setup) => {
      const processor = create(values, setup);
      return processor instanceof Promise ? processor.then(typed) : typed(processor);
    },
  };
}

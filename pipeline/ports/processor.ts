import type { z } from 'zod';
import type { Logger } from './logger.ts';
import type { ConsumerRecord, OutputRecord } from './record.ts';

/** One record, several, or none. */
export type ProcessResult = OutputRecord | readonly OutputRecord[] | null | undefined | void;

/** What a processor may see while it works on a record. It never sees a client, a clock or a metric. */
export interface ProcessorContext {
  /** Name of the stage in topology.yaml. */
  readonly stage: string;
  /** `<stage>-0_<partition>`: the task this record belongs to. */
  readonly task: string;
  /** Adds an output beside what is returned; order of calls is kept. */
  forward(output: OutputRecord): void;
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

/** A running processor: holds what `create` prepared (a model, a cache). */
export interface Processor {
  /** Throwing sends the record to retries, then to the dead letters; `retriable: false` on the error skips the retries. */
  process(record: ConsumerRecord, context: ProcessorContext): ProcessResult | Promise<ProcessResult>;
  /** How many records it can usefully work on at once (default 1). Order of outputs is kept by the runtime. */
  readonly concurrency?: number;
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
  /** Named outputs beside `default`. */
  readonly outputs?: readonly string[];
  /** What its output topics hold; the same as its input topics when left out. */
  readonly produces?: 'frames' | 'records';
  create(options: Options, setup: ProcessorSetup): Processor | Promise<Processor>;
}

interface ProcessorSpec<Schema extends z.ZodType> {
  readonly name: string;
  readonly summary: string;
  readonly options: Schema;
  readonly outputs?: readonly string[];
  readonly produces?: 'frames' | 'records';
}

interface FunctionSpec<Schema extends z.ZodType> extends ProcessorSpec<Schema> {
  process(
    record: ConsumerRecord,
    context: ProcessorContext & { readonly options: z.output<Schema> },
  ): ProcessResult | Promise<ProcessResult>;
}

interface FactorySpec<Schema extends z.ZodType> extends ProcessorSpec<Schema> {
  create(options: z.output<Schema>, setup: ProcessorSetup): Processor | Promise<Processor>;
}

/**
 * Declares a processor, either as a plain function (`process`) or, where something must be prepared first, as a factory
 * (`create`). Options are inferred from the schema.
 */
export function defineProcessor<Schema extends z.ZodType>(
  spec: FunctionSpec<Schema> | FactorySpec<Schema>,
): ProcessorDefinition<z.output<Schema>> {
  const { name, summary, options, outputs, produces } = spec;
  const create =
    'create' in spec
      ? spec.create.bind(spec)
      : (values: z.output<Schema>): Processor => ({
          process: (record, context) =>
            spec.process(record, Object.assign(Object.create(context) as typeof context, { options: values })),
        });
  return {
    kind: 'processor',
    name,
    summary,
    options: options as z.ZodType<z.output<Schema>>,
    ...(outputs && { outputs }),
    ...(produces && { produces }),
    create,
  };
}

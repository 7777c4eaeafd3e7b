import type { z } from 'zod';
import { PoisonRecordError } from '../errors/pipeline-error.ts';
import { inFrontOf } from './in-front-of.ts';
import { faultsOf, jsonOutput, readJson } from './json-value.ts';
import type { ProcessResult, Processor, ProcessorContext, Punctuation } from './processor.ts';
import type { OutputRecord } from './record.ts';

/** Schemas of the values of a processor, where it has any. */
export interface ValueSchemas {
  /** Of the processor, for messages. */
  readonly name: string;
  readonly inputValue?: z.ZodType | undefined;
  readonly outputValue?: z.ZodType | undefined;
}

/** A processor of values as one of bytes: what it reads and writes is JSON that its schemas have checked. */
export function withValues<In, Out>(processor: Processor<In, Out>, schemas: ValueSchemas): Processor {
  const { inputValue, outputValue } = schemas;
  if (!inputValue && !outputValue) return processor as unknown as Processor;
  const asOutput = (output: OutputRecord<Out>): OutputRecord =>
    outputValue ? writtenAs(outputValue, output, schemas.name) : (output as unknown as OutputRecord);
  const { schedule } = processor;
  return inFrontOf(processor, {
    ...(schedule && { schedule: schedule.map((punctuation) => writing(punctuation, asOutput)) }),
    process: (record, context) => {
      const value = inputValue ? readJson(record, inputValue) : record.value;
      const result = processor.process({ ...record, value: value as In }, forwarding(context, asOutput));
      return written(result, asOutput);
    },
  });
}

type AsOutput<Out> = (output: OutputRecord<Out>) => OutputRecord;

function writing<Out>(punctuation: Punctuation<Out>, asOutput: AsOutput<Out>): Punctuation {
  return {
    on: punctuation.on,
    everyMs: punctuation.everyMs,
    punctuate: (context) => written(punctuation.punctuate(forwarding(context, asOutput)), asOutput),
  };
}

function forwarding<Out, Context extends ProcessorContext>(
  context: Context,
  asOutput: AsOutput<Out>,
): Context & ProcessorContext<Out> {
  const forward = (output: OutputRecord<Out>): void => context.forward(asOutput(output));
  return Object.assign(Object.create(context) as Context, { forward });
}

function written<Out>(
  result: ProcessResult<Out> | Promise<ProcessResult<Out>>,
  asOutput: AsOutput<Out>,
): ProcessResult | Promise<ProcessResult> {
  if (result instanceof Promise) return result.then((awaited) => outputsOf(awaited).map(asOutput));
  return outputsOf(result).map(asOutput);
}

function outputsOf<Out>(result: ProcessResult<Out>): readonly OutputRecord<Out>[] {
  if (result === null || result === undefined) return [];
  return Array.isArray(result) ? (result as readonly OutputRecord<Out>[]) : [result as OutputRecord<Out>];
}

function writtenAs<Out>(schema: z.ZodType, output: OutputRecord<Out>, name: string): OutputRecord {
  const result = output.value === null ? { success: true as const, data: null } : schema.safeParse(output.value);
  if (result.success) {
    const { value, headers } = jsonOutput(result.data);
    return { ...output, value, headers: { ...headers, ...output.headers } };
  }
  const faults = faultsOf(result.error);
  const sentence = `processor "${name}" made a value that is not as its outputValue says: ${faults}; correct the processor, or outputValue`;
  throw new PoisonRecordError('VALUE_UNREADABLE', sentence);
}

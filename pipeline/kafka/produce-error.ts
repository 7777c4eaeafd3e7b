import type { ErrorCode } from '../errors/catalogue.ts';
import { PoisonRecordError, messageOf, type PipelineErrorOptions } from '../errors/pipeline-error.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { RecordRefused, type WriteFailure } from './partition-queue.ts';

/** A record that can never be written. */
export class ProduceError extends PoisonRecordError {
  /** Index of the record in what was given to `send`. */
  readonly record: number;

  constructor(code: ErrorCode, message: string, { record, ...options }: PipelineErrorOptions & { record: number }) {
    super(code, message, options);
    this.record = record;
  }
}

/** What a caller of `send` is told of a failure: which record can never be written, or what else went wrong. */
export function produceError({ error, index }: WriteFailure, records: readonly ProducerRecord[]): unknown {
  const record = records[index];
  if (!(error instanceof RecordRefused) || !record) return error;
  const { topic, partition } = record;
  const message = `record ${index} for ${topic}-${partition} can never be written: ${messageOf(error)}`;
  return new ProduceError(error.code, message, { record: index, where: { topic, partition }, cause: error.cause });
}

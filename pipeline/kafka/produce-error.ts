import { PoisonRecordError, type PipelineErrorOptions } from '../errors/pipeline-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';

/** A record that can never be written. */
export class ProduceError extends PoisonRecordError {
  /** Index of the record in what was given to `send`. */
  readonly record: number;

  constructor(code: ErrorCode, message: string, { record, ...options }: PipelineErrorOptions & { record: number }) {
    super(code, message, options);
    this.record = record;
  }
}

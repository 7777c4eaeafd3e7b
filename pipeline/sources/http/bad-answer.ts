import type { ErrorCode } from '../../errors/catalogue.ts';
import { PoisonRecordError } from '../../errors/pipeline-error.ts';

/** An answer, or the lack of one, that cannot become a record; `raw` is as much of it as was read. */
export class BadAnswerError extends PoisonRecordError {
  readonly raw: Buffer;

  constructor(
    code: ErrorCode,
    message: string,
    { raw = Buffer.alloc(0), cause }: { raw?: Buffer; cause?: unknown } = {},
  ) {
    super(code, message, { cause });
    this.raw = raw;
  }
}

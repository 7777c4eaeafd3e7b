import { PipelineError, RetriableError, UserError, messageOf } from '../../errors/pipeline-error.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EAGAIN', 'EIO']);

/** What the disk said, as an error with place and mend: one that may pass is tried again, one that may not is the user's. */
export function diskError(path: string, cause: unknown): PipelineError {
  if (cause instanceof PipelineError) return cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (FULL.has(code)) {
    const message = `${path} cannot be written: ${messageOf(cause)}; make room, and the tap goes on`;
    return new RetriableError('SINK_DISK_FULL', message, { cause });
  }
  const message = `${path} cannot be written: ${messageOf(cause)}; correct its rights or choose another directory`;
  return new UserError('SINK_FILE_UNWRITABLE', message, { cause });
}

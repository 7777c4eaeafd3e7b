import { messageOf } from '../errors/pipeline-error.ts';
import { errorTypeOf } from './failure.ts';
import { RecordRefused } from './partition-queue.ts';

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const REFUSED_RECORD = new Set(['INVALID_TIMESTAMP', 'INVALID_RECORD']);

/** The refusal of a record or its batch, where the error is one. */
export function refusedRecord(error: unknown, topic: string): RecordRefused | null {
  const type = errorTypeOf(error) ?? '';
  if (TOO_LARGE.has(type))
    return new RecordRefused('RECORD_TOO_LARGE', `topic "${topic}" takes no batch of this size`, error);
  if (REFUSED_RECORD.has(type))
    return new RecordRefused('RECORD_REFUSED', `topic "${topic}" refuses it: ${messageOf(error)}`, error);
  return null;
}

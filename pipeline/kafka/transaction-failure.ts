import { FatalError, PipelineError, TransactionLost, messageOf } from '../errors/pipeline-error.ts';
import { errorTypeOf, reactionTo } from './failure.ts';

/** Another owner has begun, or the broker has forgotten this one: nothing more can be written under this identity. */
const FENCED = /EPOCH|FENCED|MAPPING|UNKNOWN_PRODUCER_ID|SEQUENCE/;

/** Whether the broker refuses transactions for good, and not only this one. */
export function isTransactionRefusal(error: unknown): boolean {
  if (error instanceof PipelineError) return !error.retriable;
  return !FENCED.test(errorTypeOf(error) ?? '') && reactionTo(error) === 'refused';
}

/** What is to be told of a transaction after which nobody knows what the broker has. */
export function transactionLost(transactionalId: string, cause: unknown): TransactionLost {
  const what = FENCED.test(errorTypeOf(cause) ?? '') ? 'another worker has taken it over' : messageOf(cause);
  const sentence = `the transaction of "${transactionalId}" was interrupted: ${what}; what is committed tells where to begin anew`;
  return new TransactionLost('TRANSACTION_LOST', sentence, { cause });
}

/** The named error for what {@link isTransactionRefusal}; errors of ours stay as they are. */
export function transactionRefused(transactionalId: string, cause: unknown): PipelineError {
  if (cause instanceof PipelineError) return cause;
  const sentence = `the broker refuses transactions of "${transactionalId}": ${messageOf(cause)}; check the rights of this user on the transactional id, its topics and its group, if it has one`;
  return new FatalError('KAFKA_REFUSED', sentence, { cause });
}

import { FatalError, PipelineError, messageOf } from '../errors/pipeline-error.ts';
import { codeOf } from '../task/dead-letter.ts';
import type { StagePlan } from '../topology/plan.ts';
import type { Finished } from './outcome-records.ts';

/** @throws FatalError PROCESSING_STOPPED for the first record that failed where the stage shall stop then. */
export function throwIfPolicySaysSo(
  finished: readonly Finished[],
  { task, plan }: { readonly task: string; readonly plan: StagePlan },
): void {
  for (const { admitted, outcome } of finished) {
    if (outcome.state !== 'gaveUp' || outcome.then !== 'fail') continue;
    const { topic, partition, offset } = admitted.original;
    const { name, process: processor } = plan;
    throw new FatalError(
      'PROCESSING_STOPPED',
      `${codeOf(outcome.error)} task=${task} processor=${processor} topic=${topic} partition=${partition} offset=${offset}: ` +
        `${messageOf(outcome.error)}; the stage stops as its onError says (set then: deadLetter to go on)`,
      { where: { stage: name, task, processor, topic, partition, offset }, cause: outcome.error },
    );
  }
}

/** Index of the record that can never be written, or -1 where the error is of another kind. */
export function unwritable(error: unknown): number {
  if (!(error instanceof PipelineError) || error.retriable || !('record' in error)) return -1;
  return typeof error.record === 'number' ? error.record : -1;
}

import type { ConsumerRecord, ProcessorContext } from '../../pipeline/index.ts';

/** Nothing follows from the record, and the log says why. */
export function sayDropped(
  why: string,
  { topic, partition, offset }: ConsumerRecord,
  { log, task }: ProcessorContext,
): readonly never[] {
  log.debug({ task, topic, partition, offset: String(offset) }, `a record joins nothing: ${why}`);
  return [];
}

import { inFrontOf } from '../ports/in-front-of.ts';
import type { Processor, ProcessorContext, ProcessResult, Punctuation } from '../ports/processor.ts';
import type { TopicPartition } from '../ports/consumer.ts';
import type { ConsumerRecord, OutputRecord } from '../ports/record.ts';

/** Stream time before a record and with it, milliseconds. */
export interface StreamTimeStep {
  readonly beforeMs: number;
  readonly nowMs: number;
}

/**
 * The processor as one record meets it: punctuations on stream time run after the record that moves stream time past a
 * multiple of their interval. What they make belongs to that record, and succeeds, fails and is repeated with it.
 */
export function withStreamTime(processor: Processor, { beforeMs, nowMs }: StreamTimeStep): Processor {
  if (processor.schedule === undefined) return processor;
  const due = processor.schedule.filter(
    ({ on, everyMs }) =>
      on === 'streamTime' && beforeMs > 0 && Math.floor(nowMs / everyMs) > Math.floor(beforeMs / everyMs),
  );
  if (due.length === 0) return processor;
  return inFrontOf(processor, {
    process: async (record, context) => {
      const outputs = [...listOf(await processor.process(record, context))];
      for (const one of due)
        outputs.push(...listOf(await punctuated(one, context, multipleBefore(nowMs, one.everyMs))));
      return outputs;
    },
  });
}

/** A processor that does nothing with its record but let the time strike. */
export function striking(punctuation: Punctuation, timeMs: number): Processor {
  return { process: (_, context) => punctuated(punctuation, context, timeMs) };
}

/** What a punctuation on wall-clock time has in place of a record; its outputs get their ids and times from it. */
export function strikeRecord(
  task: string,
  { topic, partition, nextOffset, timeMs }: TopicPartition & { readonly nextOffset: bigint; readonly timeMs: number },
): ConsumerRecord {
  const headers = { ce_id: `${task}@${timeMs}` };
  return { topic, partition, offset: nextOffset, timestampMs: timeMs, key: null, value: null, headers };
}

function punctuated(
  punctuation: Punctuation,
  context: ProcessorContext,
  timeMs: number,
): ProcessResult | Promise<ProcessResult> {
  return punctuation.punctuate(Object.assign(Object.create(context) as typeof context, { timeMs }));
}

function multipleBefore(timeMs: number, everyMs: number): number {
  return timeMs - (timeMs % everyMs);
}

function listOf(result: ProcessResult): readonly OutputRecord[] {
  if (result === null || result === undefined) return [];
  return Array.isArray(result) ? (result as readonly OutputRecord[]) : [result as OutputRecord];
}

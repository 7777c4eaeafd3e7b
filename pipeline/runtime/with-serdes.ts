import { PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import { inFrontOf } from '../ports/in-front-of.ts';
import type { Processor, ProcessResult } from '../ports/processor.ts';
import type { ConsumerRecord, OutputRecord } from '../ports/record.ts';
import { headersAs, readAs } from '../task/topic-serde.ts';
import type { StagePlan } from '../topology/plan.ts';

/**
 * The processor between topics that have serdes: it meets inputs that were checked, with a content type that says what
 * they are, and what it returns is checked as well. Without serdes it is the processor itself.
 */
export function withSerdes(processor: Processor, plan: Pick<StagePlan, 'name' | 'to' | 'serdes'>): Processor {
  const { serdes } = plan;
  if (Object.keys(serdes).length === 0) return processor;
  const read = (record: ConsumerRecord): ConsumerRecord => {
    const serde = serdes[record.topic];
    return serde === undefined ? record : readAs(serde, record);
  };
  const written = (result: ProcessResult): ProcessResult => {
    if (result === null || result === undefined) return result;
    const outputs = Array.isArray(result) ? (result as readonly OutputRecord[]) : [result as OutputRecord];
    return outputs.map((output) => checkedOutput(output, plan));
  };
  return inFrontOf(processor, {
    ...(processor.schedule && { schedule: processor.schedule }),
    process: (record, context) => {
      const forward = (output: OutputRecord): void => context.forward(checkedOutput(output, plan));
      const inner = Object.assign(Object.create(context) as typeof context, { forward });
      const result = processor.process(read(record), inner);
      return result instanceof Promise ? result.then(written) : written(result);
    },
  });
}

function checkedOutput(output: OutputRecord, { name, to, serdes }: Pick<StagePlan, 'name' | 'to' | 'serdes'>) {
  const topic = to[output.to ?? 'default'];
  const serde = topic === undefined ? undefined : serdes[topic];
  if (topic === undefined || serde === undefined || serde === 'frame') return output;
  try {
    return { ...output, headers: headersAs(serde, { value: output.value, headers: output.headers ?? {} }) };
  } catch (cause) {
    const sentence = `stage "${name}" made a value for "${topic}" that is not ${serde}, which is the serde of that topic: ${messageOf(cause)}; correct the processor, or topics.${topic}.serde`;
    throw new PoisonRecordError('VALUE_UNREADABLE', sentence, { where: { stage: name, topic }, cause });
  }
}

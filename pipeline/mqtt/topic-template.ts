import { PoisonRecordError } from '../errors/pipeline-error.ts';
import { checkExpression, compileExpression, type Expression } from '../expression/expression.ts';
import type { ConsumerRecord } from '../ports/record.ts';

/** The MQTT topic of each record. */
export interface TopicTemplate {
  /** @throws PoisonRecordError MQTT_TOPIC_INVALID, EXPRESSION_FAILED */
  fill(record: ConsumerRecord): Promise<string>;
}

/** What is wrong with a template such as `alarms/{key}`; null where nothing is. */
export function templateFault(text: string): string | null {
  const pieces = piecesOf(text);
  const outside = pieces.filter((_, index) => index % 2 === 0).join('');
  if (/[{}]/.test(outside)) return 'must have its expressions in { and }, without braces in them';
  if (/[+#\0]/.test(outside)) return 'must name one topic, so that + and # have no place in it';
  for (const expression of pieces.filter((_, index) => index % 2 === 1)) {
    const fault = checkExpression(expression);
    if (fault)
      return `has "${expression}" in it, which is no JSONata at character ${fault.position + 1}: ${fault.message}`;
  }
  return null;
}

/** Compiles a template: what stands in `{` and `}` is JSONata over the record. */
export function compileTemplate(text: string): TopicTemplate {
  const pieces = piecesOf(text).map((piece, index) => (index % 2 === 0 ? piece : compileExpression(piece)));
  return {
    fill: async (record) => {
      const filled = await Promise.all(
        pieces.map(async (piece) => (typeof piece === 'string' ? piece : levelOf(piece, record))),
      );
      const topic = filled.join('');
      if (topic === '') throw invalid(record, `"${text}" gives an empty topic`);
      return topic;
    },
  };
}

/** Text, expression, text, and so on. */
function piecesOf(text: string): readonly string[] {
  return text.split(/\{([^{}]*)\}/);
}

async function levelOf(expression: Expression, record: ConsumerRecord): Promise<string> {
  const value = await expression.evaluate(record);
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalid(record, `"${expression.text}" gives neither a text nor a number`);
  const level = String(value);
  if (/[+#\0]/.test(level)) throw invalid(record, `"${expression.text}" gives "${level}", and + and # are wildcards`);
  return level;
}

function invalid({ topic, partition, offset }: ConsumerRecord, what: string): PoisonRecordError {
  const sentence = `${topic}-${partition}@${offset} has no MQTT topic: ${what}; correct topic of the sink, or leave such records out with where`;
  return new PoisonRecordError('MQTT_TOPIC_INVALID', sentence, { where: { topic, partition, offset } });
}

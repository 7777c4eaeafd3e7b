import { z } from 'zod';
import {
  compileExpressions,
  defineProcessor,
  PoisonRecordError,
  type ConsumerRecord,
  type OutputRecord,
} from '../pipeline/index.ts';
import { jsonataOption } from './expression/jsonata-option.ts';

const SHOWN_CHARACTERS = 60;

const options = z.strictObject({
  key: jsonataOption.describe(
    'JSONata over the JSON value of the record that gives the new key: a text, or a number, which becomes its text. No default.',
  ),
});

/** Gives each record another key, so that all records of one key meet in one partition of the output topic. */
export default defineProcessor({
  name: 'repartition',
  summary: 'Gives each record the key an expression makes of it; nothing else is changed.',
  options,
  create({ key: expression }) {
    const readValues = compileExpressions([expression]);
    const keyed = (record: ConsumerRecord, key: unknown): OutputRecord => {
      if (typeof key !== 'string' && typeof key !== 'number') throw invalidKey(record, expression, key);
      return { key: String(key), value: record.value };
    };
    return {
      process(record) {
        const values = readValues(record);
        if (!(values instanceof Promise)) return keyed(record, values[0]);
        return values.then(([value]) => keyed(record, value));
      },
    };
  },
});

function invalidKey({ topic, partition, offset }: ConsumerRecord, expression: string, key: unknown): PoisonRecordError {
  const shown = key === undefined ? 'nothing' : JSON.stringify(key).slice(0, SHOWN_CHARACTERS);
  return new PoisonRecordError(
    'KEY_INVALID',
    `the key expression "${expression}" gave ${shown} for the record at ${topic}-${partition}@${offset}; ` +
      'make it give a text or a number for every record',
    { where: { topic, partition, offset } },
  );
}

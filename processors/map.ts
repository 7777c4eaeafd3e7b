import { z } from 'zod';
import { compileExpression, defineProcessor } from '../pipeline/index.ts';
import { jsonataOption } from './expression/jsonata-option.ts';

const options = z.strictObject({
  select: jsonataOption.describe(
    'JSONata over the JSON value of the record (for frames: the frame-meta); its result becomes the JSON value. ' +
      '$record has key, headers, topic, partition, offset and timestamp. No default.',
  ),
});

/** Replaces the value of each record by what an expression makes of it. */
export default defineProcessor({
  name: 'map',
  summary:
    'Makes a new JSON value of each record with a JSONata expression; where it selects nothing, no record follows.',
  options,
  produces: 'records',
  create({ select }) {
    const expression = compileExpression(select);
    return {
      process: async (record) => {
        const value = await expression.evaluate(record);
        if (value === undefined) return null;
        return { value: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
      },
    };
  },
});

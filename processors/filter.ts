import { z } from 'zod';
import { compileExpression, defineProcessor } from '../pipeline/index.ts';
import { jsonataOption } from './expression/jsonata-option.ts';

const options = z.strictObject({
  where: jsonataOption.describe(
    'JSONata over the JSON value of the record (for frames: the frame-meta); a record passes where it is true as ' +
      '$boolean says. $record has key, headers, topic, partition, offset and timestamp. No default.',
  ),
});

/** Lets records through, unchanged, that an expression is true of. */
export default defineProcessor({
  name: 'filter',
  summary: 'Lets pass, unchanged, the records of which a JSONata expression is true.',
  options,
  create({ where }) {
    const expression = compileExpression(where);
    return {
      process: async (record) => ((await expression.matches(record)) ? { value: record.value } : null),
    };
  },
});

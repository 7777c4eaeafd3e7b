import { z } from 'zod';
import { defineSource } from '../ports/source.ts';
import { columnOption, columnsOption, databaseOptions, isAddress, tableOption } from '../sql/address.ts';
import { duration } from '../topology/duration.ts';
import { size } from '../topology/size.ts';
import { readSql } from './sql/read-sql.ts';

const options = z
  .strictObject({
    ...databaseOptions,
    table: tableOption.optional().describe('Table to read, `orders` or `sales.orders`. Either this or query.'),
    query: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A SELECT to read in place of a table, without ORDER BY and LIMIT; its columns must have names of their own.',
      ),
    mode: z
      .enum(['incrementing', 'timestamp', 'timestamp+incrementing', 'bulk'])
      .describe(
        'incrementing: rows with a higher number than before, so new ones. timestamp: rows with a later time than before, so new and changed ones. timestamp+incrementing: both, told apart by the number. bulk: all rows, again and again.',
      ),
    incrementing: columnOption.optional().describe('Column whose value only grows from row to row, such as the id.'),
    timestamp: columnOption
      .optional()
      .describe(
        'Column with the time of the last change. Times without a zone count as UTC; numbers are milliseconds or seconds since 1970 (SQLite alone).',
      ),
    key: columnsOption
      .optional()
      .describe(
        'Columns of the key of the record: the value of one as text, of several as a JSON list. In mode: timestamp they must name a row. Default: the column of incrementing, or no key.',
      ),
    poll: duration('10ms', '7d').prefault('5s').describe('How often to ask when all rows there were are read.'),
    batch: z.int().min(1).max(100_000).default(1000).describe('Rows asked for at once.'),
    delay: duration('0ms', '1d')
      .prefault('1s')
      .describe('Rows whose timestamp is younger wait: a transaction with an earlier time may still be under way.'),
    follow: z.boolean().default(true).describe('false: ends when all rows there are have been read.'),
    maxBytes: size('1B', '16MB').prefault('512KB').describe('Larger rows become dead letters.'),
  })
  .refine(({ url }) => isAddress(url), { error: 'is no address', path: ['url'] })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), {
    error: 'must be given, or query, and not both',
    path: ['table'],
  })
  .refine(({ mode, incrementing }) => mode.endsWith('incrementing') === (incrementing !== undefined), {
    error: 'goes with mode: incrementing and mode: timestamp+incrementing',
    path: ['incrementing'],
  })
  .refine(({ mode, timestamp }) => mode.startsWith('timestamp') === (timestamp !== undefined), {
    error: 'goes with mode: timestamp and mode: timestamp+incrementing',
    path: ['timestamp'],
  })
  .refine(({ mode, key }) => mode !== 'timestamp' || key !== undefined, {
    error: 'is needed by mode: timestamp, to tell rows of the same time apart',
    path: ['key'],
  });

/** Options of the source. */
export type SqlSourceOptions = z.output<typeof options>;

/** Rows of a table, or of a query, as they come. */
export default defineSource({
  name: 'sql',
  summary:
    'Rows of a table or query in SQLite or PostgreSQL, as JSON objects: each once, over restarts, by a column that grows or a time of change; or all of them again and again.',
  options,
  produces: 'records',
  positions: true,
  nature: ({ follow }) => ({ endless: follow, live: false }),
  records: readSql,
});

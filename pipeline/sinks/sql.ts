import { z } from 'zod';
import { jsonataOption } from '../expression/jsonata-option.ts';
import { defineSink } from '../ports/sink.ts';
import { columnList, columnOption, columnsOption, databaseOptions, isAddress, tableOption } from '../sql/address.ts';
import { createSql } from './sql/create-sql.ts';

const sqlType = z.string().regex(/^[A-Za-z][\w ]*(\(\d+(, ?\d+)?\))?[\w ]*$/, {
  error: 'must be a type of SQL, such as text or numeric(10, 2)',
});

const options = z
  .strictObject({
    ...databaseOptions,
    table: tableOption.describe('Table to write to, `orders` or `sales.orders`.'),
    columns: z
      .record(columnOption, jsonataOption)
      .optional()
      .describe(
        'What goes into which column, by expressions on the record (`{ id: orderId, total: price * quantity }`). Default: all fields of the value, or of what select makes of it, in columns of their names.',
      ),
    key: columnsOption
      .optional()
      .describe('Columns that name a row, with a PRIMARY KEY or UNIQUE constraint on them. Needed by mode: upsert.'),
    mode: z
      .enum(['upsert', 'insert'])
      .default('upsert')
      .describe(
        'upsert: a later record with the same key changes the row, one without value deletes it. insert: each record is a row.',
      ),
    create: z
      .record(columnOption, sqlType)
      .optional()
      .describe('Makes the table where it is missing: its columns and their types, with key as PRIMARY KEY.'),
    offsets: tableOption
      .default('tapline_offsets')
      .describe('Table in which the sink remembers the offsets it has written; it is made where it is missing.'),
  })
  .refine(({ url }) => isAddress(url), { error: 'is no address', path: ['url'] })
  .refine(({ mode, key }) => mode === 'insert' || key !== undefined, {
    error: 'is needed by mode: upsert: the columns that name a row',
    path: ['key'],
  })
  .refine(({ columns, key }) => !columns || columnList(key).every((name) => name in columns), {
    error: 'must be among columns',
    path: ['key'],
  });

/** Options of the sink. */
export type SqlSinkOptions = z.output<typeof options>;

/** Writes records as rows; the offsets they had are stored in the transaction of the rows, so that each is written once. */
export default defineSink({
  name: 'sql',
  summary:
    'Writes records as rows of a table in SQLite or PostgreSQL, each exactly once: the offsets are stored in the transaction of the rows. What the database refuses is set aside; while it is away the tap waits.',
  options,
  mode: 'durable',
  create: createSql,
});

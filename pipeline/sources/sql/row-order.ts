import type { Database, Row, SqlValue, Statement } from '../../sql/database.ts';
import { columnList } from '../../sql/address.ts';
import { placeholders, quoted, quotedList, quotedTable } from '../../sql/identifier.ts';
import type { SqlSourceOptions } from '../sql.ts';

/** Values of the columns of the order, of the last row that was read. */
export type RowPlace = readonly SqlValue[];

/** What is read: a table, or a query in its place. */
export function fromClause({ table, query }: Pick<SqlSourceOptions, 'table' | 'query'>): string {
  if (table !== undefined) return quotedTable(table);
  return `(${(query ?? '').trim().replace(/;$/, '')}) AS "rows"`;
}

/** The columns that rows are read by: together they tell any two rows apart. */
export function orderColumns({ mode, incrementing, timestamp, key }: SqlSourceOptions): readonly string[] {
  if (mode === 'bulk') return [];
  const last = incrementing === undefined ? columnList(key) : [incrementing];
  return [...new Set([...(timestamp === undefined ? [] : [timestamp]), ...last])];
}

/** Name under which it is stored how far this was read: reading by other columns begins anew. */
export function positionName(options: SqlSourceOptions): string {
  const how = options.mode === 'bulk' ? 'in bulk' : `by ${orderColumns(options).join(', ')}`;
  return `${options.table ?? 'query'} ${how}`;
}

/** Asks for the next rows behind a place; those with nothing in a column of the order are never read. */
export function nextRows(options: SqlSourceOptions, after: RowPlace | null, dialect: Database['dialect']): Statement {
  const columns = orderColumns(options);
  const parameters = [...(after ?? [])];
  const conditions =
    after === null
      ? columns.map((name) => `${quoted(name)} IS NOT NULL`)
      : [`(${quotedList(columns)}) > (${placeholders(columns.length)})`];
  if (options.timestamp !== undefined && options.delay > 0) {
    conditions.push(isOld(quoted(options.timestamp), dialect, `$${parameters.length + 1}`));
    parameters.push(options.delay);
  }
  const where = conditions.join(' AND ');
  const sql = `SELECT * FROM ${fromClause(options)} WHERE ${where} ORDER BY ${quotedList(columns)} LIMIT ${options.batch}`;
  return { sql, parameters };
}

/** By the clock of the database, whose transactions wrote the times. */
function isOld(column: string, dialect: Database['dialect'], delayMs: string): string {
  if (dialect === 'postgres') return `${column} <= now() - ${delayMs} * interval '1 millisecond'`;
  const milliseconds = `CASE WHEN typeof(${column}) = 'text' THEN ${epochMs(column)} WHEN ${column} > 100000000000 THEN ${column} ELSE ${column} * 1000 END`;
  return `${milliseconds} <= ${epochMs(`'now'`)} - ${delayMs}`;
}

function epochMs(time: string): string {
  return `(julianday(${time}) - 2440587.5) * 86400000`;
}

/** The place of a row. */
export function placeOf(row: Row, columns: readonly string[]): RowPlace {
  return columns.map((name) => row[name] as SqlValue);
}

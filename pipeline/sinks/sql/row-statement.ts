import type { Statement } from '../../sql/database.ts';
import { placeholders, quoted, quotedList, quotedTable } from '../../sql/identifier.ts';
import type { RowChange } from './row-change.ts';

/** A table and how rows get into it. */
export interface TableRules {
  readonly table: string;
  readonly key: readonly string[];
  readonly mode: 'upsert' | 'insert';
}

/** The statement that does a change: names quoted, values as parameters alone. */
export function rowStatement(change: RowChange, { table, key, mode }: TableRules): Statement {
  if (change.do === 'delete') {
    const condition = key.map((name, index) => `${quoted(name)} = $${index + 1}`).join(' AND ');
    return { sql: `DELETE FROM ${quotedTable(table)} WHERE ${condition}`, parameters: change.key };
  }
  const { columns, values } = change;
  const insert = `INSERT INTO ${quotedTable(table)} (${quotedList(columns)}) VALUES (${placeholders(values.length)})`;
  return { sql: mode === 'insert' ? insert : `${insert} ${onConflict(columns, key)}`, parameters: values };
}

function onConflict(columns: readonly string[], key: readonly string[]): string {
  const others = columns
    .filter((name) => !key.includes(name))
    .map((name) => `${quoted(name)} = excluded.${quoted(name)}`);
  const target = `ON CONFLICT (${quotedList(key)})`;
  return others.length === 0 ? `${target} DO NOTHING` : `${target} DO UPDATE SET ${others.join(', ')}`;
}

/** Columns with their types, and the key. */
export function createTable(table: string, types: Readonly<Record<string, string>>, key: readonly string[]): string {
  const columns = Object.entries(types).map(([name, type]) => `${quoted(name)} ${type}`);
  const primaryKey = key.length === 0 ? [] : [`PRIMARY KEY (${quotedList(key)})`];
  return `CREATE TABLE ${quotedTable(table)} (${[...columns, ...primaryKey].join(', ')})`;
}

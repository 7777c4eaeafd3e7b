import { UserError } from '../../errors/pipeline-error.ts';
import type { Database } from '../../sql/database.ts';
import { quoted, quotedList, quotedTable } from '../../sql/identifier.ts';
import { isFaultOf } from '../../sql/sql-error.ts';
import { columnsOf, makeTable } from '../../sql/table-columns.ts';
import { createTable } from './row-statement.ts';

interface TableSettings {
  readonly database: Database;
  readonly shown: string;
  readonly table: string;
  readonly key: readonly string[];
  readonly mode: 'upsert' | 'insert';
  readonly columns?: Readonly<Record<string, string>> | undefined;
  readonly create?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes sure that rows can be written to the table, which is made where `create` tells its columns.
 * @throws UserError SINK_TABLE_UNFIT with the statement that helps; SqlError
 */
export async function prepareTable(settings: TableSettings): Promise<void> {
  const { database, table, key, mode, create, columns = {} } = settings;
  const present = (await columnsOf(database, table)) ?? (await made(settings));
  const missing = [...new Set([...Object.keys(columns), ...key])].filter((name) => !present.includes(name));
  if (missing.length > 0) {
    const additions = missing.map(
      (name) => `ALTER TABLE ${quotedTable(table)} ADD COLUMN ${quoted(name)} ${create?.[name] ?? 'text'}`,
    );
    throw unfit(settings, `has no column ${missing.join(', ')}; add it: ${additions.join('; ')}`);
  }
  if (mode === 'upsert') await throwIfNotUnique(settings);
}

async function made(settings: TableSettings): Promise<readonly string[]> {
  const { database, table, key, create, columns = {} } = settings;
  if (create) {
    await makeTable(database, table, createTable(table, create, key));
    return Object.keys(create);
  }
  const names = [...new Set([...key, ...Object.keys(columns)])];
  const types = Object.fromEntries((names.length > 0 ? names : ['value']).map((name) => [name, 'text']));
  throw unfit(
    settings,
    `is not there; make it with columns and types as you need them, such as ${createTable(table, types, key)}, or let the sink make it (create: { column: type })`,
  );
}

/** Has the database judge an upsert of no row. */
async function throwIfNotUnique(settings: TableSettings): Promise<void> {
  const { database, table, key } = settings;
  const names = quotedList(key);
  const insert = `INSERT INTO ${quotedTable(table)} (${names}) SELECT ${names} FROM ${quotedTable(table)} WHERE 1 = 0`;
  try {
    // SQLite would keep an EXPLAIN open; a trigger of PostgreSQL may see a statement without rows
    const judged = `${database.dialect === 'postgres' ? 'EXPLAIN ' : ''}${insert} ON CONFLICT (${names}) DO NOTHING`;
    await database.run([{ sql: judged, parameters: [] }]);
  } catch (error) {
    if (!isFaultOf(error, 'statement')) throw error;
    const index = `CREATE UNIQUE INDEX ON ${quotedTable(table)} (${names})`;
    const named = index.replace('INDEX ON', `INDEX ${quoted(`${table.replace('.', '_')}_key`)} ON`);
    throw unfit(
      settings,
      `has no PRIMARY KEY or UNIQUE constraint on ${key.join(', ')}, which mode: upsert needs (${error.message}); add one: ${named}`,
      error,
    );
  }
}

function unfit({ table, shown }: TableSettings, what: string, cause?: unknown): UserError {
  return new UserError('SINK_TABLE_UNFIT', `table ${table} of ${shown} ${what}`, cause === undefined ? {} : { cause });
}

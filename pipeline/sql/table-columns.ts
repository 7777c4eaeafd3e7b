import type { Database } from './database.ts';
import { quotedTable } from './identifier.ts';
import { isFaultOf } from './sql-error.ts';

/** The columns of a table, or null where there is no such table. @throws SqlError */
export async function columnsOf(database: Database, table: string): Promise<readonly string[] | null> {
  try {
    const sql = `SELECT * FROM ${quotedTable(table)} WHERE 1 = 0`;
    return (await database.query({ sql, parameters: [] })).columns;
  } catch (error) {
    if (isFaultOf(error, 'statement') && error.tableMissing) return null;
    throw error;
  }
}

/** Makes a table, unless somebody else makes it meanwhile. @throws SqlError */
export async function makeTable(database: Database, table: string, sql: string): Promise<void> {
  try {
    await database.run([{ sql, parameters: [] }]);
  } catch (error) {
    if (!(await columnsOf(database, table))) throw error;
  }
}

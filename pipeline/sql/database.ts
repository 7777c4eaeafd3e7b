import type { DatabaseAddress } from './address.ts';

/** What a statement takes for a parameter. */
export type SqlValue = string | number | bigint | boolean | Buffer | null;

/** A row by its columns, as JSON can tell it: integers and decimals that JSON numbers cannot hold are text, bytes base64. */
export type Row = Readonly<Record<string, unknown>>;

/** A statement with numbered parameters, `$1` and so on. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** What a statement has answered. */
export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * One connection to a database, for one user at a time. It is made when it is needed, and made anew after it broke.
 * All calls throw SqlError.
 */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  query(statement: Statement): Promise<Rows>;
  /** Runs them in this order, up to the first that fails. */
  run(statements: readonly Statement[]): Promise<void>;
  /** Chunks of rows of a result of any size, as the database saw them when it began. */
  stream(statement: Statement, chunkRows: number): AsyncGenerator<readonly Row[]>;
  /** What is run within is done together or not at all. */
  transaction<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Makes the connection of an address; its library is loaded only now. */
export async function openDatabase(address: DatabaseAddress): Promise<Database> {
  if (address.dialect === 'sqlite') return (await import('./sqlite.ts')).openSqlite(address);
  return (await import('./postgres.ts')).openPostgres(address);
}

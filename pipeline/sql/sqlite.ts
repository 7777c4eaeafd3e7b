import type Libsql from 'libsql';
import { messageOf } from '../errors/pipeline-error.ts';
import type { DatabaseAddress } from './address.ts';
import type { Database, Row, Rows, SqlValue, Statement } from './database.ts';
import { SqlError, type SqlFault } from './sql-error.ts';

/** The process stands still while it waits for another one's transaction: whoever calls tries again later instead. */
const BUSY_MS = 250;
const ERROR = 1;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const NO_DATABASE = 26;

type Connection = Libsql.Database;
type Prepared = Libsql.Statement;

/** Connects to a file of SQLite. */
export async function openSqlite({ target }: DatabaseAddress): Promise<Database> {
  const { default: Library } = await import('libsql');
  return new Sqlite(() => new Library(target, { timeout: BUSY_MS }));
}

class Sqlite implements Database {
  readonly dialect = 'sqlite';
  readonly #connect: () => Connection;
  #connection: Connection | null = null;
  #prepared = new Map<string, Prepared>();

  constructor(connect: () => Connection) {
    this.#connect = connect;
  }

  async query({ sql, parameters }: Statement): Promise<Rows> {
    return answered(() => {
      const prepared = readable(this.#open().prepare(sql)); // one that is kept would not see a column more
      const rows = prepared.all(parameters.map(bound)) as unknown[][];
      const columns = prepared.columns().map(({ name }) => name); // known for sure only now
      return { columns, rows: rows.map((row) => rowOf(columns, row)) };
    });
  }

  async run(statements: readonly Statement[]): Promise<void> {
    answered(() => {
      for (const { sql, parameters } of statements) this.#statement(sql).run(parameters.map(bound));
    });
  }

  async *stream({ sql, parameters }: Statement, chunkRows: number): AsyncGenerator<readonly Row[]> {
    const prepared = answered(() => readable(this.#open().prepare(sql)));
    const columns = prepared.columns().map(({ name }) => name);
    const rows = answered(() => prepared.iterate(parameters.map(bound))) as IterableIterator<unknown[]>;
    try {
      for (let isLast = false; !isLast;) {
        const chunk: Row[] = [];
        while (chunk.length < chunkRows && !isLast) {
          const next = answered(() => rows.next());
          if (next.done) isLast = true;
          else chunk.push(rowOf(columns, next.value));
        }
        if (chunk.length > 0) yield chunk;
      }
    } finally {
      rows.return?.();
    }
  }

  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    answered(() => this.#open().exec('BEGIN IMMEDIATE'));
    try {
      const result = await work();
      answered(() => this.#open().exec('COMMIT'));
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#prepared.clear(); // a statement of a closed connection ends the process
    this.#connection?.close();
    this.#connection = null;
  }

  #open(): Connection {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  #statement(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const prepared = this.#open().prepare(sql);
    this.#prepared.set(sql, prepared);
    return prepared;
  }

  #rollBack(): void {
    try {
      this.#open().exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does on a full disk
    }
  }
}

/** Rows as lists, and integers of 64 bits. */
function readable(prepared: Prepared): Prepared {
  prepared.raw(true);
  prepared.safeIntegers(true);
  return prepared;
}

/** The library ends the process where it gets anything but these. */
function bound(value: SqlValue): string | number | bigint | Buffer | null {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value); // a column of text shall hold 5, not 5.0
  return value;
}

function rowOf(columns: readonly string[], values: readonly unknown[]): Row {
  return Object.fromEntries(columns.map((name, index) => [name, plain(values[index])]));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

/** @throws SqlError */
function answered<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const message = messageOf(error);
    throw new SqlError(faultOf(error), message, { cause: error, tableMissing: message.startsWith('no such table') });
  }
}

/** By the primary result code, in the lower byte. */
function faultOf(error: unknown): SqlFault {
  const rawCode = typeof error === 'object' && error !== null && 'rawCode' in error ? Number(error.rawCode) : NaN;
  switch (rawCode & 0xff) {
    case TOO_BIG:
    case CONSTRAINT:
    case MISMATCH:
      return 'row';
    case ERROR:
    case NO_DATABASE:
      return 'statement';
    default:
      return 'away'; // busy, full, locked, not to be opened
  }
}

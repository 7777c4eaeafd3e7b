import { createHash } from 'node:crypto';
import type { Client, ClientConfig, QueryArrayResult } from 'pg';
import { messageOf } from '../errors/pipeline-error.ts';
import type { DatabaseAddress } from './address.ts';
import type { Database, Row, Rows, Statement } from './database.ts';
import { postgresTypes } from './postgres-values.ts';
import { SqlError, type SqlFault } from './sql-error.ts';

const CONNECT_MS = 10_000;
const SESSION = "SET TIME ZONE 'UTC'; SET datestyle TO 'ISO'; SET idle_in_transaction_session_timeout TO 60000";
/** Classes of SQLSTATE: what a row holds, a constraint, too much of something, a view's check, what a trigger raises. */
const OF_ROW = /^(22|23|44|54|P0)|^42804$/;
const OF_STATEMENT = /^(0A|3D|3F|42)|^28/;
const UNDEFINED_TABLE = ['42P01', '3F000'];
const NAME_LENGTH = 32;

/** Connects to PostgreSQL. */
export async function openPostgres({ target }: DatabaseAddress): Promise<Database> {
  const { default: pg } = await import('pg');
  const config: ClientConfig & { readonly pipeline: boolean } = {
    connectionString: target,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: CONNECT_MS,
    fallback_application_name: 'tapline',
    types: postgresTypes(pg.types),
    pipeline: true, // what is run together is sent together
  };
  return new Postgres(() => new pg.Client(config));
}

class Postgres implements Database {
  readonly dialect = 'postgres';
  readonly #create: () => Client;
  #client: Client | null = null;
  /** The connection a transaction has begun on: nothing of it may go to another. */
  #pinned: Client | null = null;

  constructor(create: () => Client) {
    this.#create = create;
  }

  async query(statement: Statement): Promise<Rows> {
    const { fields, rows } = await asked(await this.#connected(), statement);
    const columns = fields.map(({ name }) => name);
    return { columns, rows: rows.map((row) => rowOf(columns, row)) };
  }

  async run(statements: readonly Statement[]): Promise<void> {
    const client = await this.#connected();
    const answers = await Promise.allSettled(
      statements.map((statement) => asked(client, statement, { name: nameOf(statement.sql) })),
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async *stream({ sql, parameters }: Statement, chunkRows: number): AsyncGenerator<readonly Row[]> {
    await this.#begin();
    try {
      await this.query({ sql: `DECLARE tapline_rows NO SCROLL CURSOR FOR ${sql}`, parameters });
      for (;;) {
        const { rows } = await this.query(plain(`FETCH ${chunkRows} FROM tapline_rows`));
        if (rows.length === 0) break;
        yield rows;
      }
    } finally {
      await this.#rollBack();
    }
  }

  async transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#begin();
    try {
      const result = await work();
      await this.query(plain('COMMIT'));
      this.#pinned = null;
      return result;
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #begin(): Promise<void> {
    const client = await this.#connected();
    await asked(client, plain('BEGIN'));
    this.#pinned = client;
  }

  async #connected(): Promise<Client> {
    const open = this.#pinned ?? this.#client;
    if (open) return open;
    const client = this.#create();
    const forget = (): void => {
      if (this.#client === client) this.#client = null;
    };
    client.on('error', forget); // the query under way is told
    client.on('end', forget);
    try {
      await client.connect();
      await client.query(SESSION);
    } catch (error) {
      await client.end().catch(() => undefined); // it never was one
      throw asSqlError(error);
    }
    this.#client = client;
    return client;
  }

  /** A connection that cannot even do that is given up. */
  async #rollBack(): Promise<void> {
    const client = this.#pinned;
    this.#pinned = null;
    await client?.query('ROLLBACK').catch(async () => {
      if (this.#client === client) this.#client = null;
      await client.end().catch(() => undefined); // it is broken
    });
  }
}

function plain(sql: string): Statement {
  return { sql, parameters: [] };
}

/** Statements with a name are planned once in a connection. @throws SqlError */
async function asked(
  client: Client,
  { sql, parameters }: Statement,
  name: { readonly name?: string } = {},
): Promise<QueryArrayResult<unknown[]>> {
  try {
    return await client.query<unknown[]>({ text: sql, values: [...parameters], rowMode: 'array', ...name });
  } catch (error) {
    throw asSqlError(error);
  }
}

function nameOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex').slice(0, NAME_LENGTH);
}

function rowOf(columns: readonly string[], values: readonly unknown[]): Row {
  return Object.fromEntries(columns.map((name, index) => [name, values[index]]));
}

function asSqlError(error: unknown): SqlError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return new SqlError(faultOf(code), messageOf(error) || code, {
    cause: error,
    tableMissing: UNDEFINED_TABLE.includes(code),
  });
}

function faultOf(code: string): SqlFault {
  if (!/^[0-9A-Z]{5}$/.test(code)) return 'away'; // no SQLSTATE: the network has failed
  if (OF_ROW.test(code)) return 'row';
  return OF_STATEMENT.test(code) ? 'statement' : 'away';
}

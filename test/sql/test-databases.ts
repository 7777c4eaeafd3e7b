import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { Client } from 'pg';
import { afterAll, onTestFinished } from 'vitest';
import { PostgresServer, whyNoPostgres } from './postgres-server.ts';

/** A database as its owner sees it, empty, gone with its test. */
export interface TestDatabase {
  readonly url: string;
  /** Rows as lists. */
  query(sql: string): Promise<unknown[][]>;
}

/** A kind of database, and why there is none here. */
export interface TestDialect {
  readonly name: 'SQLite' | 'PostgreSQL';
  readonly whyNot: string | null;
  /** `folder` is where relative paths begin. */
  create(folder: string): Promise<TestDatabase>;
}

const sqlite: TestDialect = {
  name: 'SQLite',
  whyNot: null,
  create: async (folder) => {
    const database = new Sqlite(join(folder, 'test.db'), { timeout: 20_000 });
    onTestFinished(() => void database.close());
    return {
      url: 'sqlite:test.db',
      query: async (sql) => {
        if (/^SELECT/.test(sql)) return database.prepare(sql).raw(true).all() as unknown[][];
        database.exec(sql);
        return [];
      },
    };
  },
};

/** Both kinds; the server of PostgreSQL is started for the first test that needs it. */
export function testDialects(): readonly TestDialect[] {
  let server: Promise<PostgresServer> | null = null;
  afterAll(async () => (await server)?.stop());
  const create = async (): Promise<TestDatabase> => {
    server ??= PostgresServer.start();
    const name = `t${randomBytes(4).toString('hex')}`;
    const { port, query } = await server.then((one) => ({ port: one.port, query: (sql: string) => one.query(sql) }));
    await query(`CREATE DATABASE ${name}`);
    const url = `postgres://postgres@127.0.0.1:${port}/${name}`;
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined); // the server is stopped behind the last test
    await client.connect();
    onTestFinished(() => client.end());
    return {
      url,
      query: async (text) => (await client.query<unknown[]>({ text, rowMode: 'array' })).rows,
    };
  };
  return [sqlite, { name: 'PostgreSQL', whyNot: whyNoPostgres(), create }];
}

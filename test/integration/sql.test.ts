import { join } from 'node:path';
import Sqlite from 'libsql';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { PostgresServer, whyNoPostgres } from '../sql/postgres-server.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const TOTAL = 20_000;
const PIECE = 2_000;

/** A database as its owner sees it. */
interface Owner {
  readonly url: string;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

const copying = (url: string): string => `
name: copy
sources:
  goods:
    type: sql
    to: frames.goods
    with: { url: "${url}", table: goods, mode: incrementing, incrementing: id, batch: 300, poll: 50ms }
taps:
  copy: { on: frames.goods, sink: sql, with: { url: "${url}", table: copies, mode: insert } }
`;

/** Rows are written, read and copied while source and sink are killed in turn; a row that came twice would be there twice. */
async function copiesThroughKills(owner: Owner, topology: UniqueTopology): Promise<void> {
  await owner.query('CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, price REAL)');
  await owner.query('CREATE TABLE copies (id INTEGER, name TEXT, price REAL)');
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  const copied = async (): Promise<number> => Number((await owner.query('SELECT count(*) AS n FROM copies'))[0]!['n']);
  const worker = async (part: 'sources' | 'taps'): Promise<number> => {
    let pid: number | undefined;
    await until(async () => (pid = (await up.status())[part][0]!.pids[0]) !== undefined, { what: 'a worker' });
    return pid!;
  };

  for (let piece = 0; piece * PIECE < TOTAL; piece++) {
    const pid = await worker(piece % 2 === 0 ? 'sources' : 'taps');
    const rows = Array.from({ length: PIECE }, (_, n) => piece * PIECE + n + 1);
    await owner.query(`INSERT INTO goods VALUES ${rows.map((id) => `(${id}, 'good ${id}', ${id / 4})`).join(', ')}`);
    await until(async () => (await copied()) > piece * PIECE, { what: `a part of piece ${piece}` });
    if (piece > 0) process.kill(pid, 'SIGKILL');
  }
  await until(async () => (await copied()) >= TOTAL, { what: () => `all rows\n${up.lines.join('\n')}` });

  const [goods, copies] = [
    await owner.query('SELECT * FROM goods ORDER BY id'),
    await owner.query('SELECT * FROM copies ORDER BY id'),
  ];
  expect(copies).toEqual(goods);
  const records = await readAll(bootstrap, topology.topic('frames.goods'));
  expect(records.map(({ key }) => Number(String(key))).sort((a, b) => a - b)).toEqual(goods.map(({ id }) => id));
  const status = await up.status();
  expect(status.sources[0]!.restarts).toBeGreaterThanOrEqual(4);
  expect(status.taps[0]!.restarts).toBeGreaterThanOrEqual(4);
  expect(await up.stop()).toBe(0);
  expect(await copied()).toBe(TOTAL);
}

test(
  'SQLite: each row is written once, though source and sink are killed again and again',
  { timeout: 240_000 },
  async () => {
    const topology = await uniqueTopology(copying('sqlite:shop.db'));
    const database = new Sqlite(join(topology.directory, 'shop.db'), { timeout: 20_000 });
    onTestFinished(() => void database.close());
    const query = async (sql: string): Promise<Record<string, unknown>[]> => {
      if (/^SELECT/.test(sql)) return database.prepare(sql).all() as Record<string, unknown>[];
      database.exec(sql);
      return [];
    };

    await copiesThroughKills({ url: 'sqlite:shop.db', query }, topology);
  },
);

const whyNot = whyNoPostgres();

describe.skipIf(whyNot !== null)(`PostgreSQL${whyNot === null ? '' : ` (${whyNot})`}`, () => {
  let server: PostgresServer;
  beforeAll(async () => (server = await PostgresServer.start()));
  afterAll(() => server.stop());

  test(
    'each row is written once, though source and sink are killed again and again',
    { timeout: 240_000 },
    async () => {
      const topology = await uniqueTopology(copying(server.url));

      await copiesThroughKills({ url: server.url, query: (sql) => server.query(sql) }, topology);
    },
  );

  test(
    'while the server is away the tap waits, and what it refuses is set aside alone',
    { timeout: 120_000 },
    async () => {
      await server.query('CREATE TABLE stock (item TEXT PRIMARY KEY, pieces INTEGER CHECK (pieces >= 0))');
      const topology = await uniqueTopology(`
name: stock
topics: { frames.stock: { partitions: 1 } }
taps:
  stock: { on: frames.stock, sink: sql, with: { url: "${server.url}", table: stock, key: item }, onError: { retries: 0 } }
`);
      const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
      await up.line(/metrics http/);
      const send = async (...rows: object[]): Promise<void> => {
        const produce = await tapline({ args: ['produce', topology.topic('frames.stock')], env });
        produce.process.stdin!.end(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        expect(await produce.ended).toBe(0);
      };
      const stock = () => server.query('SELECT * FROM stock ORDER BY item');

      await send({ item: 'cocoa', pieces: 1 }, { item: 'milk', pieces: -1 }, { item: 'tea', pieces: 3 });
      await until(async () => (await stock()).length === 2, { what: 'two items' });
      await server.pause();
      await send({ item: 'tea', pieces: 2 }, { item: 'water', pieces: 9 });
      await up.line(/cannot be written to: .*trying again in/);
      await server.resume();
      await until(async () => (await stock()).length === 3, { what: () => `water\n${up.lines.join('\n')}` });
      expect(await up.stop()).toBe(0);

      expect(await stock()).toEqual([
        { item: 'cocoa', pieces: 1 },
        { item: 'tea', pieces: 2 },
        { item: 'water', pieces: 9 },
      ]);
      const letters = await readAll(bootstrap, `${topology.name}.stock.dlq`);
      expect(letters.map(({ value }) => String(value))).toEqual(['{"item":"milk","pieces":-1}']);
    },
  );
});

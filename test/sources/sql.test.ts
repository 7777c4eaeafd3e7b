import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headerText } from '../../pipeline/ports/record.ts';
import type { SourcePosition, SourceRecord } from '../../pipeline/ports/source.ts';
import sql from '../../pipeline/sources/sql.ts';
import { testDialects, type TestDatabase } from '../sql/test-databases.ts';
import { scratchFolders } from './scratch.ts';
import { runSource, take, type SourceRun } from './source-harness.ts';

const scratch = scratchFolders();

const BY_ID = { mode: 'incrementing', incrementing: 'id' };
const BY_TIME = { mode: 'timestamp', timestamp: 'at', key: 'id' };

interface Opened {
  readonly database: TestDatabase;
  /** What a run sends until there is no more; positions go on from run to run. */
  readonly send: (options: object) => Promise<readonly SourceRecord[]>;
  readonly follow: (options: object) => SourceRun;
  readonly stored: Map<string, unknown>;
  readonly folder: string;
}

const dialects = testDialects();

function valuesOf(records: readonly SourceRecord[]): unknown[] {
  return records.map(({ value }) => JSON.parse(String(value)) as unknown);
}

function keysOf(records: readonly SourceRecord[]): unknown[] {
  return records.map(({ key }) => key);
}

describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))('sql source on %s', (name, dialect) => {
  const test = it.skipIf(dialect.whyNot !== null);
  const timestamp = name === 'SQLite' ? 'TEXT' : 'TIMESTAMPTZ';

  async function opened(...statements: string[]): Promise<Opened> {
    const folder = await scratch();
    const database = await dialect.create(folder);
    for (const statement of statements) await database.query(statement);
    const stored = new Map<string, unknown>();
    const keep = ({ of, at }: SourcePosition): unknown => stored.set(of, JSON.parse(JSON.stringify(at)));
    const follow = (options: object): SourceRun =>
      runSource(
        sql,
        { url: database.url, table: 't', poll: '10ms', delay: '0ms', ...options },
        { baseDirectory: folder, positions: new Map(stored), advance: async (position) => void keep(position) },
      );
    const send = async (options: object): Promise<readonly SourceRecord[]> => {
      const records = await take(follow({ follow: false, ...options }).records);
      for (const { position } of records) if (position) keep(position);
      return records;
    };
    return { database, send, follow, stored, folder };
  }

  test('sends rows as JSON in the order of their number, each once over restarts', async () => {
    const { database, send } = await opened(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)',
      `INSERT INTO t VALUES (2, 'milk'), (1, 'tea'), (10, NULL)`,
    );

    const first = await send({ ...BY_ID, batch: 2 });
    await database.query(`INSERT INTO t VALUES (11, 'cocoa'), (3, 'too late')`);
    const second = await send({ ...BY_ID, batch: 2 });

    expect(valuesOf(first)).toEqual([
      { id: 1, name: 'tea' },
      { id: 2, name: 'milk' },
      { id: 10, name: null },
    ]);
    expect(valuesOf(second)).toEqual([{ id: 11, name: 'cocoa' }]);
    expect(keysOf(first)).toEqual(['1', '2', '10']);
    expect(first[2]!.position).toEqual({ of: 't by id', at: [10] });
    expect(headerText(first[0]!.headers, 'content-type')).toBe('application/json');
    expect(headerText(first[0]!.headers, 'ce_id')).toBe('camera-t by id-[1]/camera');
  });

  test('sends new rows as they come', async () => {
    const { database, follow } = await opened('CREATE TABLE t (id INTEGER)', 'INSERT INTO t VALUES (1)');
    const run = follow(BY_ID);
    const seen: unknown[] = [];
    for await (const record of run.records) {
      seen.push(...valuesOf([record]));
      if (seen.length === 3) break;
      await database.query(`INSERT INTO t VALUES (${seen.length + 1})`);
    }

    expect(seen).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  test('by time, sends changed rows again, and none twice or never where many have the same time', async () => {
    const { database, send } = await opened(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, at ${timestamp})`,
      ...[5, 3, 1, 4, 2].map((id) => `INSERT INTO t VALUES (${id}, '2026-01-01T00:00:00.123456Z')`),
    );

    const first = await send({ ...BY_TIME, batch: 2 });
    await database.query(`UPDATE t SET at = '2026-01-01T00:00:00.123457Z' WHERE id = 3`);
    const second = await send({ ...BY_TIME, batch: 2 });

    expect(keysOf(first)).toEqual(['1', '2', '3', '4', '5']);
    expect(valuesOf(second)).toEqual([{ id: 3, at: '2026-01-01T00:00:00.123457Z' }]);
    expect(await send({ ...BY_TIME, batch: 2 })).toEqual([]);
  });

  test('lets rows wait that are younger than delay', async () => {
    const old = name === 'SQLite' ? `strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 hour')` : `now() - interval '1 hour'`;
    const now = name === 'SQLite' ? 'CURRENT_TIMESTAMP' : 'now()';
    const { send } = await opened(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, at ${timestamp})`,
      `INSERT INTO t VALUES (1, ${now}), (2, ${old})`,
    );
    const both = { mode: 'timestamp+incrementing', timestamp: 'at', incrementing: 'id' };

    expect(keysOf(await send({ ...both, delay: '30m' }))).toEqual(['2']);
    expect(keysOf(await send({ ...both, delay: '30m' }))).toEqual([]);
    expect(keysOf(await send(both))).toEqual(['1']);
  });

  test('reads a query in place of a table, with a key of several columns', async () => {
    const { send } = await opened(
      'CREATE TABLE t (id INTEGER, a TEXT, n INTEGER)',
      `INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3), (3, 'x', 4)`,
    );
    const query = `SELECT id, a, n * 2 AS double FROM t WHERE a = 'x';`;

    const records = await send({ ...BY_ID, table: undefined, query, key: ['a', 'id'] });

    expect(valuesOf(records)).toEqual([
      { id: 1, a: 'x', double: 4 },
      { id: 3, a: 'x', double: 8 },
    ]);
    expect(keysOf(records)).toEqual(['["x",1]', '["x",3]']);
  });

  test('sends all rows again and again in bulk', async () => {
    const { follow, stored } = await opened('CREATE TABLE t (id INTEGER)', 'INSERT INTO t VALUES (1), (2), (3)');

    const records = await take(follow({ mode: 'bulk', batch: 2, key: 'id' }).records, 7);

    expect(keysOf(records)).toEqual(['1', '2', '3', '1', '2', '3', '1']);
    expect([...stored.keys()]).toEqual(['t in bulk']);
  });

  test('tells a column that is new', async () => {
    const { database, send } = await opened('CREATE TABLE t (id INTEGER)', 'INSERT INTO t VALUES (1)');
    await send(BY_ID);

    await database.query('ALTER TABLE t ADD COLUMN n INTEGER');
    await database.query('INSERT INTO t VALUES (2, 3)');

    expect(valuesOf(await send(BY_ID))).toEqual([{ id: 2, n: 3 }]);
  });

  test('sets a row aside that is too large, and goes on behind it', async () => {
    const { follow, stored } = await opened(
      'CREATE TABLE t (id INTEGER, name TEXT)',
      `INSERT INTO t VALUES (1, 'tea'), (2, '${'x'.repeat(100)}')`,
    );
    const run = follow({ ...BY_ID, maxBytes: '50B', follow: false });

    expect(keysOf(await take(run.records))).toEqual(['1']);
    expect(stored.get('t by id')).toEqual([2]);
    expect(run.deadLetters).toEqual([
      {
        raw: JSON.stringify({ id: 2, name: 'x'.repeat(100) }),
        code: 'SOURCE_RECORD_TOO_LARGE',
        message: 'the row t by id-[2] is longer than maxBytes (50B); raise it, or leave out columns with query',
      },
    ]);
  });

  test('says what the database refuses', async () => {
    const { database, send } = await opened('CREATE TABLE t (id INTEGER)');
    const refused = (options: object): Promise<unknown> => send(options).catch((error: unknown) => error);

    const noColumn = await refused({ ...BY_ID, key: 'nr' });
    const noTable = await refused({ ...BY_ID, table: 'nowhere' });

    expect(noColumn).toMatchObject({
      code: 'SOURCE_QUERY_REFUSED',
      message: `t of ${database.url} has no column nr; there are id`,
    });
    expect(noTable).toMatchObject({ name: 'UserError', code: 'SOURCE_QUERY_REFUSED' });
    expect((noTable as Error).message).toMatch(
      / refuses to read nowhere: .*nowhere.*; correct it, or the columns of mode$/,
    );
  });
});

describe('sql source', () => {
  it('tells numbers, truth, times and bytes of PostgreSQL without loss', async ({ skip }) => {
    const [, postgres] = dialects;
    if (postgres!.whyNot !== null) skip(postgres!.whyNot);
    const database = await postgres!.create('');
    await database.query(`CREATE TABLE t AS SELECT 9007199254740993::bigint AS big, 7::bigint AS id, 0.10::numeric AS price,
      12345678901234567890.5::numeric AS exact, true AS yes, '{"a": 1}'::jsonb AS json, 'ab'::bytea AS bytes, 0.1::real AS r,
      '2026-01-01 10:00:00.5+02'::timestamptz AS at, '2026-01-01 10:00'::timestamp AS local, '2026-01-01'::date AS day,
      ARRAY['a', 'b'] AS list, 'NaN'::float8 AS nan, interval '1 day' AS span`);

    const records = await take(runSource(sql, { url: database.url, table: 't', follow: false, ...BY_ID }).records);

    expect(valuesOf(records)).toEqual([
      {
        big: '9007199254740993',
        id: 7,
        price: 0.1,
        exact: '12345678901234567890.5',
        yes: true,
        json: { a: 1 },
        bytes: 'YWI=',
        r: 0.1,
        at: '2026-01-01T08:00:00.5Z',
        local: '2026-01-01T10:00:00',
        day: '2026-01-01',
        list: ['a', 'b'],
        nan: 'NaN',
        span: '1 day',
      },
    ]);
  });

  it('tells large numbers and bytes of SQLite without loss', async () => {
    const folder = await scratch();
    const database = await dialects[0]!.create(folder);
    await database.query('CREATE TABLE t (id INTEGER, bytes BLOB, r REAL)');
    await database.query(`INSERT INTO t VALUES (9007199254740993, x'6162', 0.5), (9007199254740994, NULL, 2.0)`);
    const options = { url: database.url, table: 't', follow: false, ...BY_ID, batch: 1 };

    const records = await take(runSource(sql, options, { baseDirectory: folder }).records);

    expect(valuesOf(records)).toEqual([
      { id: '9007199254740993', bytes: 'YWI=', r: 0.5 },
      { id: '9007199254740994', bytes: null, r: 2 },
    ]);
  });

  it('makes no file where there is none', async () => {
    const options = { url: 'sqlite:nowhere.db', table: 't', ...BY_ID, follow: false };
    const run = runSource(sql, options, { baseDirectory: await scratch() });

    await expect(take(run.records)).rejects.toMatchObject({
      code: 'SOURCE_FILE_MISSING',
      message: 'sqlite:nowhere.db is not there; correct url, a path relative to the topology file',
    });
  });

  it('waits for a file that is not there yet', async () => {
    const folder = await scratch();
    const run = runSource(
      sql,
      { url: 'sqlite:test.db', table: 't', ...BY_ID, poll: '10ms' },
      { baseDirectory: folder },
    );
    const reading = take(run.records, 1);
    await expect.poll(() => run.warnings).toEqual(['sqlite:test.db is not there yet; its rows are sent when it is']);

    const other = await dialects[0]!.create(await scratch());
    await other.query('CREATE TABLE t AS SELECT 1 AS id');
    await other.query(`VACUUM INTO '${join(folder, 'test.db')}'`);

    expect(keysOf(await reading)).toEqual(['1']);
  });

  it('asks again until a server answers, and tells no password', async () => {
    const url = 'postgres://etl:hush@127.0.0.1:1/shop';
    const run = runSource(sql, { url, password: 'h/u@sh', table: 't', ...BY_ID });
    const reading = take(run.records);
    await expect.poll(() => run.warnings.length).toBeGreaterThan(1);
    run.stop();

    expect(await reading).toEqual([]);
    expect(run.warnings[0]).toBe(
      'postgres://etl@127.0.0.1:1/shop does not answer: connect ECONNREFUSED 127.0.0.1:1; check url and the database; trying again in 200 ms',
    );
  });

  it.each([
    [{ query: 'SELECT 1' }, 'must be given, or query, and not both'],
    [{ table: undefined }, 'must be given, or query, and not both'],
    [{ incrementing: undefined }, 'goes with mode: incrementing and mode: timestamp+incrementing'],
    [{ timestamp: 'at' }, 'goes with mode: timestamp and mode: timestamp+incrementing'],
    [
      { mode: 'timestamp', timestamp: 'at', incrementing: undefined },
      'is needed by mode: timestamp, to tell rows of the same time apart',
    ],
  ])('takes no options %j', (options, message) => {
    const { error } = sql.options.safeParse({ url: 'sqlite:x.db', table: 't', ...BY_ID, ...options });

    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

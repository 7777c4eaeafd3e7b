import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sink, SinkRecord } from '../../pipeline/ports/sink.ts';
import sql from '../../pipeline/sinks/sql.ts';
import { scratchFolders } from '../sources/scratch.ts';
import { testDialects, type TestDatabase } from '../sql/test-databases.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

const scratch = scratchFolders();

interface Opened {
  readonly database: TestDatabase;
  /** Starts the sink, each time as after a restart. */
  readonly start: (options?: object) => Promise<Sink>;
}

let offset = 0n;
function row(value: unknown, parts: Partial<SinkRecord> = {}): SinkRecord {
  const bytes = value === null || value === undefined ? null : Buffer.from(JSON.stringify(value));
  return sinkRecord({ offset: offset++, value: bytes, ...parts });
}

async function thrownBy(work: Promise<unknown> | undefined): Promise<unknown> {
  return Promise.resolve(work).then(
    () => null,
    (error: unknown) => error,
  );
}

const [dialects, T] = [testDialects(), 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)'];

describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))('sql sink on %s', (name, dialect) => {
  const test = it.skipIf(dialect.whyNot !== null);

  async function opened(schema: string | null = T): Promise<Opened> {
    const baseDirectory = await scratch();
    const database = await dialect.create(baseDirectory);
    if (schema !== null) await database.query(schema);
    const start = async (options: object = {}): Promise<Sink> => {
      const settings = sql.options.parse({ url: database.url, table: 't', key: 'id', ...options });
      const sink = await sql.create(settings, sinkSetup({ baseDirectory }));
      onTestFinished(() => sink.close?.());
      return sink;
    };
    return { database, start };
  }

  test('changes the row of a key, field by field, and deletes it where the value is gone', async () => {
    const { database, start } = await opened('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n INTEGER)');
    const sink = await start();

    await sink.writeAll!([
      row({ id: 1, name: 'tea', n: 1 }),
      row({ id: 2, name: 'milk' }),
      row({ id: 1, name: 'Tea' }),
    ]);
    expect(await database.query('SELECT * FROM t ORDER BY id')).toEqual([
      [1, 'Tea', 1],
      [2, 'milk', null],
    ]);
    await sink.writeAll!([row(null, { key: Buffer.from('2') }), row({ name: 'cocoa' }, { key: Buffer.from('3') })]);

    expect(await database.query('SELECT id, name FROM t ORDER BY id')).toEqual([
      [1, 'Tea'],
      [3, 'cocoa'],
    ]);
  });

  test('finds the row to delete by several columns, too', async () => {
    const { database, start } = await opened('CREATE TABLE t (a TEXT, b INTEGER, n INTEGER, UNIQUE (a, b))');
    const sink = await start({ key: ['a', 'b'] });

    await sink.writeAll!([row({ a: 'x', b: 1, n: 1 }), row({ a: 'x', b: 2, n: 2 }), row({ a: 'x', b: 1, n: 3 })]);
    await sink.write(row(null, { key: Buffer.from('["x",2]') }));

    expect(await database.query('SELECT * FROM t')).toEqual([['x', 1, 3]]);
  });

  test('writes a record once, though it comes again in another batch and after a restart', async () => {
    const { database, start } = await opened('CREATE TABLE t (n INTEGER)');
    const insert = { mode: 'insert', key: undefined };
    const records = [1, 2, 3, 4].map((n) => row({ n }));
    const first = await start(insert);

    await first.writeAll!(records.slice(0, 2));
    await first.writeAll!(records.slice(1, 3));
    await first.close!();
    await (
      await start(insert)
    ).writeAll!(records);

    expect(await database.query('SELECT n FROM t')).toEqual([[1], [2], [3], [4]]);
  });

  test('writes a record once, though two workers have it at the same time', async () => {
    const { database, start } = await opened('CREATE TABLE t (n INTEGER)');
    const sinks = await Promise.all([1, 2].map(() => start({ mode: 'insert', key: undefined })));
    const records = Array.from({ length: 50 }, (_, n) => row({ n }));

    for (const sink of sinks) await thrownBy(sink.writeAll!(records.slice(0, 1)));
    await Promise.all(sinks.map((sink) => thrownBy(sink.writeAll!(records))));

    const ns = (await database.query('SELECT n FROM t ORDER BY n')).map(([n]) => n);
    expect(ns).toEqual(records.map((_, n) => n));
  });

  test('keeps partitions apart, and writes those of a topic that was made anew', async () => {
    const { database, start } = await opened('CREATE TABLE t (n INTEGER)');
    const sink = await start({ mode: 'insert', key: undefined });
    const at = (place: Partial<SinkRecord>, n: number): SinkRecord => row({ n }, place);

    await sink.writeAll!([at({ offset: 7n, timestampMs: 500 }, 1), at({ offset: 8n, timestampMs: 400 }, 2)]);
    await sink.write(at({ partition: 1, offset: 0n, timestampMs: 300 }, 3));
    await sink.write(at({ offset: 7n, timestampMs: 500 }, 1));
    await sink.writeAll!([at({ offset: 0n, timestampMs: 501 }, 4), at({ offset: 1n, timestampMs: 450 }, 5)]);

    expect((await database.query('SELECT n FROM t')).map(([n]) => n)).toEqual([1, 2, 3, 4, 5]);
  });

  test('writes all or none, and says which row the database refuses', async () => {
    const { database, start } = await opened('CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0))');
    const sink = await start();
    const [good, bad] = [row({ id: 1, n: 1 }), row({ id: 2, n: -1 })];

    const error = await thrownBy(sink.writeAll!([good, bad]));
    expect(error).toMatchObject({ code: 'SINK_ROW_REFUSED', retriable: false });
    expect((error as Error).message).toMatch(
      / refuses a row for t: .*(CHECK|check).*; correct the record or the table$/,
    );
    expect(await database.query('SELECT * FROM t')).toEqual([]);
    await sink.write(good);

    expect(await thrownBy(Promise.resolve(sink.write(bad)))).toMatchObject({ code: 'SINK_ROW_REFUSED' });
    expect(await database.query('SELECT * FROM t')).toEqual([[1, 1]]);
  });

  test('fills columns by expressions on the record, or on what select has made, whatever their names', async () => {
    const { database, start } = await opened('CREATE TABLE t (id TEXT PRIMARY KEY, "to""tal; --" INTEGER, at INTEGER)');
    const columns = { id: 'order', 'to"tal; --': 'price * quantity', at: '$record.offset' };
    const sink = await start({ columns });

    await sink.write(row({ order: `o-1'; DROP TABLE t; --`, price: 3, quantity: 4 }, { offset: 100n }));
    await sink.write(row({ no: 1 }, { offset: 101n, selected: { order: 'o-2' } }));

    expect(await database.query('SELECT * FROM t ORDER BY at')).toEqual([
      [`o-1'; DROP TABLE t; --`, 12, 100],
      ['o-2', null, 101],
    ]);
  });

  test('writes truth, fractions, large numbers and objects so that they can be read again', async () => {
    const boolean = name === 'SQLite' ? 'INTEGER' : 'BOOLEAN';
    const { database, start } = await opened(
      `CREATE TABLE t (id BIGINT PRIMARY KEY, b ${boolean}, r DOUBLE PRECISION, s TEXT, o TEXT)`,
    );
    const sink = await start();

    await sink.write(row({ id: '9007199254740993', b: true, r: 0.1, s: 5, o: { a: [1, null] } }));

    const [found] = await database.query(`SELECT CAST(id AS TEXT), CAST(b AS TEXT), r, s, o FROM t`);
    expect(found).toEqual(['9007199254740993', name === 'SQLite' ? '1' : 'true', 0.1, '5', '{"a":[1,null]}']);
  });

  test.each([
    [row([1]), 'is no JSON object; let select of the tap make one, or choose fields with columns'],
    [row('text'), 'is no JSON object; let select of the tap make one, or choose fields with columns'],
    [row({ name: 'x' }), 'lacks "id", a column of the key; set it, or leave such records out with where'],
    [row({ id: 1, colour: 'x' }), 'has a field "colour", and t no such column; add it, or choose with columns'],
    [row(null), 'has neither key nor value, so there is no row to delete; give it a key'],
  ])('sets aside what can become no row (%#)', async (record, sentence) => {
    const sink = await (await opened()).start();

    expect(await thrownBy(Promise.resolve(sink.write(record)))).toMatchObject({
      code: 'SINK_ROW_INVALID',
      message: `the record at in-0@${record.offset} ${sentence}`,
      retriable: false,
    });
  });

  test('takes a column that is new in the table', async () => {
    const { database, start } = await opened();
    const sink = await start();
    await sink.write(row({ id: 1, name: 'tea' }));

    await database.query('ALTER TABLE t ADD COLUMN colour TEXT');
    await sink.write(row({ id: 1, colour: 'green' }));

    expect(await database.query('SELECT * FROM t')).toEqual([[1, 'tea', 'green']]);
  });

  test('makes the table where it is told how', async () => {
    const { database, start } = await opened(null);
    const create = { id: 'integer', price: 'numeric(10, 2)' };

    await (await start({ create })).write(row({ id: 1, price: 2 }));
    await (await start({ create })).write(row({ id: 1, price: 3 }));

    expect((await database.query('SELECT id, price FROM t')).map((one) => one.map(Number))).toEqual([[1, 3]]);
  });

  test('says at its start which statement is missing', async () => {
    const { database, start } = await opened(null);
    const shown = database.url;
    const told = async (options: object): Promise<unknown> => thrownBy(start(options));
    const unfit = (message: string): object => ({
      code: 'SINK_TABLE_UNFIT',
      message: `table t of ${shown} ${message}`,
    });

    expect(await told({ columns: { id: 'id', n: 'n' } })).toMatchObject(
      unfit(
        'is not there; make it with columns and types as you need them, such as CREATE TABLE "t" ("id" text, "n" text, PRIMARY KEY ("id")), or let the sink make it (create: { column: type })',
      ),
    );
    await database.query('CREATE TABLE t (id INTEGER)');
    expect(await told({ columns: { id: 'id', n: 'n' } })).toMatchObject(
      unfit('has no column n; add it: ALTER TABLE "t" ADD COLUMN "n" text'),
    );
    const error = await told({});
    expect(error).toMatchObject({ code: 'SINK_TABLE_UNFIT' });
    expect((error as Error).message).toMatch(
      /^table t of .* has no PRIMARY KEY or UNIQUE constraint on id, which mode: upsert needs \(.*\); add one: CREATE UNIQUE INDEX "t_key" ON "t" \("id"\)$/,
    );
  });
});

describe('sql sink', () => {
  it('waits while another program holds the file of SQLite', async () => {
    const baseDirectory = await scratch();
    const database = await dialects[0]!.create(baseDirectory);
    await database.query(T);
    const sink = await sql.create(
      sql.options.parse({ url: database.url, table: 't', key: 'id' }),
      sinkSetup({ baseDirectory }),
    );
    onTestFinished(() => sink.close?.());
    const record = row({ id: 1, name: 'tea' });

    await database.query('BEGIN IMMEDIATE');
    const error = await thrownBy(Promise.resolve(sink.write(record)));
    await database.query('COMMIT');
    await sink.write(record);

    expect(error).toMatchObject({
      name: 'OutsideAwayError',
      code: 'SINK_DATABASE_AWAY',
      message: 'sqlite:test.db cannot be written to: database is locked; look at it, and the tap goes on',
    });
    expect(await database.query('SELECT * FROM t')).toEqual([[1, 'tea']]);
  });

  it.each([
    [{ url: 'mysql://x' }, 'must be sqlite:path/to/file.db or postgres://user@host:5432/database'],
    [{ url: 'postgres://a:b/c@x' }, 'is no address'],
    [{ key: undefined }, 'is needed by mode: upsert: the columns that name a row'],
    [{ columns: { n: 'n' } }, 'must be among columns'],
    [{ create: { id: 'integer); DROP TABLE t' } }, 'must be a type of SQL, such as text or numeric(10, 2)'],
  ])('takes no options %j', (options, message) => {
    const { error } = sql.options.safeParse({ url: 'sqlite:x.db', table: 't', key: 'id', ...options });

    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

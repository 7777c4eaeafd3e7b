import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sink, SinkRecord } from '../../pipeline/ports/sink.ts';
import sql from '../../pipeline/sinks/sql.ts';
import { scratchFolders } from '../sources/scratch.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

const scratch = scratchFolders();

interface Opened {
  readonly sink: Sink;
  /** The same sink once more, as after a restart. */
  readonly again: () => Promise<Sink>;
  readonly rows: (text: string) => unknown[];
}

async function opened(options: object, schema = 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)'): Promise<Opened> {
  const baseDirectory = await scratch();
  const database = new Database(join(baseDirectory, 'out.db'));
  onTestFinished(() => void database.close());
  database.exec(schema);
  const again = async (): Promise<Sink> => {
    const settings = sql.options.parse({ url: 'sqlite:out.db', table: 't', key: 'id', ...options });
    const sink = await sql.create(settings, sinkSetup({ baseDirectory }));
    onTestFinished(() => sink.close?.());
    return sink;
  };
  return { sink: await again(), again, rows: (text) => database.prepare(text).raw(true).all() };
}

let offset = 0n;
function row(value: unknown, parts: Partial<SinkRecord> = {}): SinkRecord {
  return sinkRecord({ offset: offset++, value: value === null ? null : Buffer.from(JSON.stringify(value)), ...parts });
}

describe('sql sink on SQLite', () => {
  it('changes the row of a key, and deletes it where the value is gone', async () => {
    const { sink, rows } = await opened({});

    await sink.writeAll!([row({ id: 1, name: 'tea' }), row({ id: 2, name: 'milk' }), row({ id: 1, name: 'Tea' })]);
    expect(rows('SELECT * FROM t')).toEqual([
      [1, 'Tea'],
      [2, 'milk'],
    ]);
    await sink.write(row(null, { key: Buffer.from('2') }));

    expect(rows('SELECT * FROM t')).toEqual([[1, 'Tea']]);
  });

  it('writes a record once, though it comes again after a restart', async () => {
    const { sink, again, rows } = await opened({ mode: 'insert', key: undefined }, 'CREATE TABLE t (n INTEGER)');
    const records = [row({ n: 1 }), row({ n: 2 }), row({ n: 3 })];

    await sink.writeAll!(records.slice(0, 2));
    await sink.close!();
    await (
      await again()
    ).writeAll!(records);

    expect(rows('SELECT n FROM t')).toEqual([[1], [2], [3]]);
  });
});

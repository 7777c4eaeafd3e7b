import { existsSync } from 'node:fs';
import { PipelineError, RetriableError, UserError, messageOf } from '../../errors/pipeline-error.ts';
import type { SourceContext, SourceRecord } from '../../ports/source.ts';
import { columnList, databaseAddress, type DatabaseAddress } from '../../sql/address.ts';
import { openDatabase, type Database, type Row } from '../../sql/database.ts';
import { SqlError } from '../../sql/sql-error.ts';
import type { SqlSourceOptions } from '../sql.ts';
import { fromClause, nextRows, orderColumns, placeOf, positionName, type RowPlace } from './row-order.ts';
import { rowRecord } from './row-record.ts';

const MAX_WAIT_MS = 10_000;
const FIRST_WAIT_MS = 200;

interface Reading {
  readonly options: SqlSourceOptions;
  readonly context: SourceContext;
  readonly database: Database;
  readonly shown: string;
}

/**
 * Rows as records, from where it has stopped on.
 * @throws UserError SOURCE_QUERY_REFUSED, SOURCE_FILE_MISSING
 */
export async function* readSql(options: SqlSourceOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const address = databaseAddress({ ...options, baseDirectory: context.baseDirectory });
  if (!(await isThere(address, options, context))) return;
  const database = await openDatabase(address);
  const reading = { options, context, database, shown: address.shown };
  try {
    if (options.mode === 'bulk') yield* allRows(reading);
    else yield* rowsInOrder(reading);
  } finally {
    await database.close();
  }
}

/** SQLite would make an empty file. Whoever follows waits for it; false when the source ended before. */
async function isThere(address: DatabaseAddress, options: SqlSourceOptions, context: SourceContext): Promise<boolean> {
  const { dialect, target, shown } = address;
  const { signal, clock, log } = context;
  const isMissing = (): boolean => dialect === 'sqlite' && !existsSync(target);
  if (isMissing() && !options.follow)
    throw new UserError(
      'SOURCE_FILE_MISSING',
      `${shown} is not there; correct url, a path relative to the topology file`,
    );
  if (isMissing()) log.warn({ source: context.name }, `${shown} is not there yet; its rows are sent when it is`);
  while (isMissing() && !signal.aborted) await clock.sleep(options.poll, signal);
  return !signal.aborted;
}

async function* rowsInOrder(reading: Reading): AsyncGenerator<SourceRecord> {
  const { options, context, database } = reading;
  const { signal, clock } = context;
  const of = positionName(options);
  const columns = orderColumns(options);
  let after = (context.positions.get(of) ?? null) as RowPlace | null;
  while (!signal.aborted) {
    const rows = await patiently(reading, async () => {
      const found = await database.query(nextRows(options, after, database.dialect));
      throwIfMissing(found.columns, [...columns, ...columnList(options.key)], reading);
      return found.rows;
    });
    for (const row of rows) {
      after = placeOf(row, columns);
      const subject = `${of}-${JSON.stringify(after)}`;
      const record = await rowRecord(row, { subject, position: { of, at: after } }, reading);
      if (record) yield record;
    }
    if (rows.length === options.batch) continue;
    if (!options.follow) return;
    await clock.sleep(options.poll, signal);
  }
}

/** It is stored when all rows were sent: what was not sent to its end is sent again from its beginning. */
async function* allRows(reading: Reading): AsyncGenerator<SourceRecord> {
  const { options, context, database } = reading;
  const { signal, clock } = context;
  const of = positionName(options);
  const sentMs = Number(context.positions.get(of) ?? 0);
  if (options.follow) await clock.sleep(Math.max(0, sentMs + options.poll - clock.nowMs()), signal);
  const statement = { sql: `SELECT * FROM ${fromClause(options)}`, parameters: [] };
  while (!signal.aborted) {
    try {
      for await (const rows of database.stream(statement, options.batch)) {
        throwIfMissing(Object.keys(rows[0] ?? {}), columnList(options.key), reading);
        yield* recordsOf(rows, reading);
        if (stopped(signal)) return;
      }
    } catch (error) {
      throw asSourceError(error, reading);
    }
    await context.advance({ of, at: clock.nowMs() });
    if (!options.follow) return;
    await clock.sleep(options.poll, signal);
  }
}

/** Asked in a function of its own: to the compiler, a loop has settled it. */
function stopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function* recordsOf(rows: readonly Row[], reading: Reading): AsyncGenerator<SourceRecord> {
  for (const row of rows) {
    const record = await rowRecord(row, { subject: null }, reading);
    if (record) yield record;
  }
}

/** Asks again until the database answers. */
async function patiently(reading: Reading, ask: () => Promise<readonly Row[]>): Promise<readonly Row[]> {
  const { context } = reading;
  const { signal, clock, log } = context;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      return await ask();
    } catch (thrown) {
      const error = asSourceError(thrown, reading);
      if (!(error instanceof RetriableError)) throw error;
      log.warn({ source: context.name }, `${error.message}; trying again in ${waitMs} ms`);
      await clock.sleep(waitMs, signal);
      if (signal.aborted) return [];
    }
  }
}

function throwIfMissing(present: readonly string[], needed: readonly string[], { options, shown }: Reading): void {
  const missing = needed.find((name) => !present.includes(name));
  if (missing === undefined) return;
  const what = options.table ?? 'the query';
  const sentence = `${what} of ${shown} has no column ${missing}; there are ${present.join(', ')}`;
  throw new UserError('SOURCE_QUERY_REFUSED', sentence);
}

function asSourceError(error: unknown, { options, shown }: Reading): unknown {
  if (error instanceof PipelineError || !(error instanceof SqlError)) return error;
  const what = messageOf(error);
  if (error.fault === 'away')
    return new RetriableError('SOURCE_DATABASE_AWAY', `${shown} does not answer: ${what}; check url and the database`, {
      cause: error,
    });
  const sentence = `${shown} refuses to read ${options.table ?? 'the query'}: ${what}; correct it, or the columns of mode`;
  return new UserError('SOURCE_QUERY_REFUSED', sentence, { cause: error });
}

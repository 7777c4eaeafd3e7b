import type { Sink, SinkRecord, SinkSetup } from '../../ports/sink.ts';
import { columnList, databaseAddress } from '../../sql/address.ts';
import { openDatabase, type Database } from '../../sql/database.ts';
import { columnsOf } from '../../sql/table-columns.ts';
import type { SqlSinkOptions } from '../sql.ts';
import { prepareTable } from './prepare-table.ts';
import { createRowChange, invalidRow, type RowChange } from './row-change.ts';
import { rowStatement, type TableRules } from './row-statement.ts';
import { asSinkError } from './sink-error.ts';
import { WrittenOffsets, unwritten, writtenUpTo, type Written } from './written-offsets.ts';

/** @throws UserError SINK_TABLE_UNFIT; OutsideAwayError SINK_DATABASE_AWAY */
export async function createSql(options: SqlSinkOptions, setup: SinkSetup): Promise<Sink> {
  const address = databaseAddress({ ...options, baseDirectory: setup.baseDirectory });
  const database = await openDatabase(address);
  const key = columnList(options.key);
  const { table, mode, columns } = options;
  const offsets = new WrittenOffsets(database, { table: options.offsets, group: setup.group });
  try {
    await prepareTable({ ...options, database, key, shown: address.shown });
    await offsets.ensureTable(options.offsets);
  } catch (error) {
    await database.close();
    throw asSinkError(error, { shown: address.shown, table, atStart: true });
  }
  const change = createRowChange({ columns, key, mode });
  return new SqlSink({ database, offsets, change, rules: { table, key, mode }, shown: address.shown, setup });
}

interface SqlSinkParts {
  readonly database: Database;
  readonly offsets: WrittenOffsets;
  readonly change: (record: SinkRecord) => Promise<RowChange>;
  readonly rules: TableRules;
  readonly shown: string;
  readonly setup: Pick<SinkSetup, 'name' | 'log'>;
}

interface Change {
  readonly record: SinkRecord;
  readonly change: RowChange;
}

class SqlSink implements Sink {
  readonly #parts: SqlSinkParts;
  /** How far partitions are known to be written; what counts is read in each transaction. */
  readonly #known = new Map<number, Written>();
  /** Timestamp of the newest record of a partition, of refused ones too. */
  readonly #newestMs = new Map<number, number>();
  readonly #told = new Set<number>();
  #columns: ReadonlySet<string> = new Set();

  constructor(parts: SqlSinkParts) {
    this.#parts = parts;
  }

  write(record: SinkRecord): Promise<void> {
    return this.writeAll([record]);
  }

  async writeAll(records: readonly SinkRecord[]): Promise<void> {
    const { rules, shown } = this.#parts;
    try {
      await this.#writeNew(records);
    } catch (error) {
      throw asSinkError(error, { shown, table: rules.table });
    }
  }

  close(): Promise<void> {
    return this.#parts.database.close();
  }

  async #writeNew(records: readonly SinkRecord[]): Promise<void> {
    const [first] = records;
    if (!first) return;
    const { topic, partition } = first;
    const known = this.#known.get(partition) ?? (await this.#transaction(topic, partition, []));
    const unknown = unwritten(records, known);
    this.#tellSkipped(records.length - unknown.length, { topic, partition }, known);
    if (unknown.length === 0) return;
    this.#see(partition, unknown);
    const changes: Change[] = [];
    for (const record of unknown) {
      const change = await this.#parts.change(record);
      if (change.do === 'write') await this.#throwIfUnknown(change.columns, record);
      changes.push({ record, change });
    }
    await this.#transaction(topic, partition, changes);
  }

  /** Rows and offset, together or not at all. */
  async #transaction(topic: string, partition: number, changes: readonly Change[]): Promise<Written> {
    const { database, offsets, rules } = this.#parts;
    const written = await database.transaction(async () => {
      const before = await offsets.lock(topic, partition);
      const records = changes.map(({ record }) => record);
      const fresh = changes.slice(changes.length - unwritten(records, before).length);
      const last = fresh.at(-1)?.record;
      if (!last) return before;
      const after = writtenUpTo(last.offset + 1n, this.#newestMs.get(partition) ?? last.timestampMs, before);
      const rows = fresh.map(({ change }) => rowStatement(change, rules));
      await database.run([...rows, offsets.statement(topic, partition, after)]);
      return after;
    });
    this.#known.set(partition, written);
    return written;
  }

  /** A column may be new: the table is looked at again before a record is refused. */
  async #throwIfUnknown(names: readonly string[], record: SinkRecord): Promise<void> {
    const { database, rules } = this.#parts;
    const isUnknown = (name: string): boolean => !this.#columns.has(name);
    if (!names.some(isUnknown)) return;
    this.#columns = new Set(await columnsOf(database, rules.table));
    const unknown = names.find(isUnknown);
    if (unknown !== undefined)
      throw invalidRow(
        record,
        `has a field "${unknown}", and ${rules.table} no such column; add it, or choose with columns`,
      );
  }

  #see(partition: number, records: readonly SinkRecord[]): void {
    const newestMs = records.reduce((max, { timestampMs }) => Math.max(max, timestampMs), -1);
    this.#newestMs.set(partition, Math.max(newestMs, this.#newestMs.get(partition) ?? -1));
  }

  #tellSkipped(count: number, place: { topic: string; partition: number }, { nextOffset }: Written): void {
    const { partition, topic } = place;
    if (count === 0 || this.#told.has(partition)) return;
    this.#told.add(partition);
    const { setup, rules } = this.#parts;
    setup.log.info(
      { tap: setup.name, ...place },
      `records of ${topic}-${partition} below offset ${nextOffset} are in ${rules.table} already, and are passed over`,
    );
  }
}

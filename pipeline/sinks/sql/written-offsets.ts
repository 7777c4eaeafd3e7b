import type { Database, Statement } from '../../sql/database.ts';
import { quotedTable } from '../../sql/identifier.ts';
import { columnsOf, makeTable } from '../../sql/table-columns.ts';

/** How far a partition is written. */
export interface Written {
  /** Records below are in the table, or were passed over. */
  readonly nextOffset: bigint;
  /** Timestamp of the newest of them: a newer record at a lower offset is of a topic that was made anew. */
  readonly newestMs: number;
}

interface Place {
  readonly offset: bigint;
  readonly timestampMs: number;
}

const NOTHING: Written = { nextOffset: 0n, newestMs: -1 };

/** The table beside the rows that tells which records they are of. */
export class WrittenOffsets {
  readonly #database: Database;
  readonly #table: string;
  readonly #group: string;

  constructor(database: Database, { table, group }: { readonly table: string; readonly group: string }) {
    this.#database = database;
    this.#table = quotedTable(table);
    this.#group = group;
  }

  /** Makes the table where it is missing. */
  async ensureTable(name: string): Promise<void> {
    if (await columnsOf(this.#database, name)) return;
    const columns = `"tap" TEXT NOT NULL, "topic" TEXT NOT NULL, "partition" INTEGER NOT NULL, "next_offset" BIGINT NOT NULL, "newest_ms" BIGINT NOT NULL`;
    const sql = `CREATE TABLE ${this.#table} (${columns}, PRIMARY KEY ("tap", "topic", "partition"))`;
    await makeTable(this.#database, name, sql);
  }

  /** Within a transaction: nobody else can write records of this partition until it ends. */
  async lock(topic: string, partition: number): Promise<Written> {
    const parameters = [this.#group, topic, partition];
    const row = `INSERT INTO ${this.#table} VALUES ($1, $2, $3, 0, -1) ON CONFLICT DO NOTHING`;
    if (this.#database.dialect === 'postgres') await this.#database.run([{ sql: row, parameters }]);
    const lock = this.#database.dialect === 'postgres' ? ' FOR UPDATE' : ''; // SQLite has one writer at a time
    const condition = `"tap" = $1 AND "topic" = $2 AND "partition" = $3`;
    const sql = `SELECT "next_offset", "newest_ms" FROM ${this.#table} WHERE ${condition}${lock}`;
    const { rows } = await this.#database.query({ sql, parameters });
    const [found] = rows;
    if (!found) return NOTHING;
    return { nextOffset: BigInt(String(found['next_offset'])), newestMs: Number(found['newest_ms']) };
  }

  /** Says that a partition is written up to here. */
  statement(topic: string, partition: number, { nextOffset, newestMs }: Written): Statement {
    const changes = `"next_offset" = excluded."next_offset", "newest_ms" = excluded."newest_ms"`;
    const conflict = `ON CONFLICT ("tap", "topic", "partition") DO UPDATE SET ${changes}`;
    return {
      sql: `INSERT INTO ${this.#table} VALUES ($1, $2, $3, $4, $5) ${conflict}`,
      parameters: [this.#group, topic, partition, nextOffset, newestMs],
    };
  }
}

/** Those of a partition that are not in the table: from the first one on that is not. */
export function unwritten<R extends Place>(records: readonly R[], { nextOffset, newestMs }: Written): readonly R[] {
  const first = records.findIndex(({ offset, timestampMs }) => offset >= nextOffset || timestampMs > newestMs);
  return first === -1 ? [] : records.slice(first);
}

/** How far a partition is written when all below an offset is, the newest of it with this timestamp. */
export function writtenUpTo(nextOffset: bigint, newestMs: number, before: Written): Written {
  const isAnew = nextOffset <= before.nextOffset;
  return { nextOffset, newestMs: isAnew ? newestMs : Math.max(newestMs, before.newestMs) };
}

import { PoisonRecordError } from '../../errors/pipeline-error.ts';
import { recordRoot } from '../../expression/record-root.ts';
import { compileExpressions } from '../../expression/record-values.ts';
import type { SinkRecord } from '../../ports/sink.ts';
import type { SqlValue } from '../../sql/database.ts';
import { jsonOrText } from '../record-data.ts';

/** What a record does to the table. */
export type RowChange =
  | { readonly do: 'write'; readonly columns: readonly string[]; readonly values: readonly SqlValue[] }
  | { readonly do: 'delete'; readonly key: readonly SqlValue[] };

interface RowRules {
  readonly columns?: Readonly<Record<string, string>> | undefined;
  readonly key: readonly string[];
  readonly mode: 'upsert' | 'insert';
}

/**
 * Makes the function that tells what a record does to the table.
 * The function throws PoisonRecordError SINK_ROW_INVALID, EXPRESSION_FAILED or FRAME_META_INVALID.
 */
export function createRowChange({ columns, key, mode }: RowRules): (record: SinkRecord) => Promise<RowChange> {
  const names = Object.keys(columns ?? {});
  const read = columns && compileExpressions(Object.values(columns));
  return async (record) => {
    if (record.value === null && record.selected === undefined) return deletion(record, { key, mode });
    if (!read) return written(record, { fields: fieldsOf(record, key), key });
    const values = await read(asSelected(record));
    return written(record, { fields: Object.fromEntries(names.map((name, n) => [name, values[n] ?? null])), key });
  };
}

/** Expressions see what `select` of the tap has made. */
function asSelected(record: SinkRecord): SinkRecord {
  if (record.selected === undefined) return record;
  const headers = { ...record.headers, 'content-type': 'application/json' };
  return { ...record, headers, value: Buffer.from(JSON.stringify(record.selected)) };
}

/** A value without the only column of the key has it from the key of the record. */
function fieldsOf(record: SinkRecord, key: readonly string[]): Record<string, unknown> {
  const fields = record.selected === undefined ? recordRoot(record) : record.selected;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw invalidRow(record, 'is no JSON object; let select of the tap make one, or choose fields with columns');
  const [name, ...others] = key;
  const isKeyed = name === undefined || others.length > 0 || name in fields || record.key === null;
  return { ...fields, ...(!isKeyed && { [name]: String(record.key) }) };
}

interface RowFields {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly key: readonly string[];
}

function written(record: SinkRecord, { fields, key }: RowFields): RowChange {
  const missing = key.find((name) => (fields[name] ?? null) === null);
  if (missing !== undefined)
    throw invalidRow(record, `lacks "${missing}", a column of the key; set it, or leave such records out with where`);
  const columns = Object.keys(fields);
  if (columns.length === 0) throw invalidRow(record, 'has no fields; choose some with columns');
  return { do: 'write', columns, values: Object.values(fields).map(sqlValue) };
}

/** The key of a record without value: the text of it for one column, a JSON list for several. */
function deletion(record: SinkRecord, { key, mode }: Pick<RowRules, 'key' | 'mode'>): RowChange {
  if (mode === 'insert')
    throw invalidRow(record, 'has no value, and mode: insert deletes nothing; leave such records out with where');
  if (record.key === null)
    throw invalidRow(record, 'has neither key nor value, so there is no row to delete; give it a key');
  const text = String(record.key);
  if (key.length === 1) return { do: 'delete', key: [text] };
  const values = jsonOrText(text);
  if (!Array.isArray(values) || values.length !== key.length)
    throw invalidRow(
      record,
      `has no value, and its key is no JSON list of ${key.join(', ')}; write the key as ["...", "..."]`,
    );
  return { do: 'delete', key: values.map(sqlValue) };
}

function sqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

/** A record that can become no row. */
export function invalidRow({ topic, partition, offset }: SinkRecord, what: string): PoisonRecordError {
  const where = { topic, partition, offset };
  return new PoisonRecordError('SINK_ROW_INVALID', `the record at ${topic}-${partition}@${offset} ${what}`, { where });
}

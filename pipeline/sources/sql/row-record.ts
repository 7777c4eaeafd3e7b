import { PoisonRecordError } from '../../errors/pipeline-error.ts';
import { sourceRecordHeaders } from '../../frame/cloud-event.ts';
import type { SourceContext, SourcePosition, SourceRecord } from '../../ports/source.ts';
import { columnList } from '../../sql/address.ts';
import type { Row } from '../../sql/database.ts';
import { formatSize } from '../../topology/size.ts';
import type { SqlSourceOptions } from '../sql.ts';

interface Placed {
  /** Tells the row from all others of the source, the same however often it is read; null in mode: bulk. */
  readonly subject: string | null;
  readonly position?: SourcePosition;
}

/** A row as a record; null where it is too large, and was set aside. */
export async function rowRecord(
  row: Row,
  { subject, position }: Placed,
  { options, context }: { readonly options: SqlSourceOptions; readonly context: SourceContext },
): Promise<SourceRecord | null> {
  const { name, clock } = context;
  const value = JSON.stringify(row);
  const timestampMs = clock.nowMs();
  if (Buffer.byteLength(value) > options.maxBytes) {
    const limit = formatSize(options.maxBytes);
    const sentence = `the row ${subject ?? value.slice(0, 100)} is longer than maxBytes (${limit}); raise it, or leave out columns with query`;
    await context.deadLetter(value, new PoisonRecordError('SOURCE_RECORD_TOO_LARGE', sentence));
    if (position) await context.advance(position);
    return null;
  }
  const identity = subject === null ? {} : sourceRecordHeaders(name, `${name}-${subject}`, timestampMs);
  const headers = { 'content-type': 'application/json', ...identity };
  return { key: keyOf(row, options), value, headers, timestampMs, ...(position && { position }) };
}

function keyOf(row: Row, { key, incrementing }: SqlSourceOptions): string | null {
  const [name, ...others] = key === undefined && incrementing !== undefined ? [incrementing] : columnList(key);
  if (name === undefined) return null;
  if (others.length > 0) return JSON.stringify([name, ...others].map((one) => row[one]));
  const value = row[name];
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

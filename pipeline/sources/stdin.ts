import { addAbortSignal, type Readable } from 'node:stream';
import { z } from 'zod';
import { PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import { createRecordSession, type RecordSession } from '../frame/record-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { formatSize, size } from '../topology/size.ts';
import { LineSplitter, type Line } from './line-splitter.ts';
import { sourceIdOption } from './source-id.ts';

const options = z
  .strictObject({
    format: z
      .enum(['lines', 'json'])
      .default('lines')
      .describe('lines: every line a text; json: every line a JSON value.'),
    key: z
      .string()
      .min(1)
      .optional()
      .describe('Field of the JSON object that becomes the record key. Default: no key.'),
    maxBytes: size('1B', '16MB').prefault('512KB').describe('Longer lines become dead letters.'),
    sourceId: sourceIdOption,
  })
  .refine(({ format, key }) => key === undefined || format === 'json', {
    error: 'needs format: json',
    path: ['key'],
  });

type StdinOptions = z.output<typeof options>;

/** What is piped into the command, one record a line. Empty lines of JSON are skipped. */
export default defineSource({
  name: 'stdin',
  summary: 'The lines of standard input, as text or as JSON; ends with it.',
  options,
  produces: 'records',
  nature: () => ({ endless: false, live: false }),
  records,
});

async function* records(settings: StdinOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock } = context;
  const { sourceId = name } = settings;
  const session = createRecordSession({ sourceId, sourceName: name, clock });
  for await (const line of linesOf(process.stdin, settings.maxBytes, context)) {
    const record = await recordOrDeadLetter(line, settings, { session, context });
    if (record) yield record;
  }
}

async function* linesOf(input: Readable, maxBytes: number, { signal }: SourceContext): AsyncGenerator<Line> {
  const splitter = new LineSplitter(maxBytes);
  try {
    for await (const chunk of addAbortSignal(signal, input) as AsyncIterable<Buffer>) yield* splitter.push(chunk);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  const last = splitter.end();
  if (last) yield last;
}

async function recordOrDeadLetter(
  line: Line,
  settings: StdinOptions,
  { session, context }: { readonly session: RecordSession; readonly context: SourceContext },
): Promise<SourceRecord | null> {
  const { bytes } = line;
  try {
    throwIfTooLong(line, settings.maxBytes);
    if (settings.format === 'lines') return session.record(bytes, { contentType: 'text/plain; charset=utf-8' });
    if (bytes.toString().trim() === '') return null;
    return session.record(bytes, { contentType: 'application/json', key: keyOf(parseLine(line), line, settings.key) });
  } catch (error) {
    await context.deadLetter(bytes, error, { line: String(line.number) });
    return null;
  }
}

function throwIfTooLong({ number, tooLong }: Line, maxBytes: number): void {
  if (!tooLong) return;
  const message = `line ${number} of standard input is longer than maxBytes (${formatSize(maxBytes)}); raise it or break the line`;
  throw new PoisonRecordError('SOURCE_RECORD_TOO_LARGE', message);
}

function parseLine({ number, bytes }: Line): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    const message = `line ${number} of standard input is no JSON: ${messageOf(cause)}; correct it or use format: lines`;
    throw new PoisonRecordError('SOURCE_LINE_INVALID', message, { cause });
  }
}

function keyOf(value: unknown, { number }: Line, field: string | undefined): string | null {
  if (field === undefined) return null;
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, field);
  const key: unknown = isObject ? (value as Record<string, unknown>)[field] : undefined;
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'boolean') return String(key);
  const message = `line ${number} of standard input has no text or number in "${field}", which is its key; correct the line or key`;
  throw new PoisonRecordError('SOURCE_LINE_INVALID', message);
}

import { z } from 'zod';
import { PoisonRecordError } from '../errors/pipeline-error.ts';
import { sourceRecordHeaders } from '../frame/cloud-event.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import { formatSize, size } from '../topology/size.ts';
import type { Tail, TailLine } from './file-tail/tail.ts';
import { Tails } from './file-tail/tails.ts';

/** After so much of one file the others have their turn; one that has left its path is read to its end first. */
const TURN_BYTES = 1024 * 1024;

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe(
      'A file, or a pattern such as logs/*.log, relative to the folder of the topology file. It need not match rotated files: they are found by themselves beside it, unless they are compressed.',
    ),
  from: z
    .enum(['start', 'end'])
    .default('start')
    .describe('Where the files there are at the very first start begin. Later ones are read from their start.'),
  poll: duration('10ms', '1h').prefault('500ms').describe('How often to look for new lines and files.'),
  maxBytes: size('1B', '16MB').prefault('512KB').describe('Longer lines become dead letters.'),
});

type FileTailOptions = z.output<typeof options>;

/**
 * The lines of files that grow. A line is sent when it has its end; the key is the path where its file was found, so that
 * the lines of a file, and of those that follow it there, stay in order.
 */
export default defineSource({
  name: 'file-tail',
  summary:
    'The lines of files that grow, such as logs: each once, over restarts and rotation. Key: the path of the file; headers file-path, file-inode and file-offset tell where a line was.',
  options,
  produces: 'records',
  positions: true,
  nature: () => ({ endless: true, live: false }),
  records,
});

async function* records(settings: FileTailOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { signal, clock } = context;
  const tails = new Tails(settings, context);
  const sending = { tails, context, settings };
  try {
    while (!signal.aborted) {
      await tails.look();
      for (const tail of tails.inOrder) yield* linesOf(tail, sending);
      for (const tail of tails.finished) {
        const last = tail.lastLine();
        const record = last && (await recordOrDeadLetter(last, tail, sending));
        if (record) yield record;
        await tails.finish(tail);
      }
      if (tails.inOrder.every(({ isAtEnd }) => isAtEnd)) await clock.sleep(settings.poll, signal);
    }
  } finally {
    await tails.close();
  }
}

interface Sending {
  readonly tails: Tails;
  readonly context: SourceContext;
  readonly settings: FileTailOptions;
}

async function* linesOf(tail: Tail, sending: Sending): AsyncGenerator<SourceRecord> {
  const { tails, context } = sending;
  if (!(await tail.look(context.clock.nowMs()))) await tails.beginAnew(tail);
  for await (const lines of tail.lines(tail.isGone ? Infinity : TURN_BYTES)) {
    for (const line of lines) {
      const record = await recordOrDeadLetter(line, tail, sending);
      if (record) yield record;
    }
    if (context.signal.aborted) return;
  }
}

/** A line that is too long is set aside, and its position goes on. */
async function recordOrDeadLetter(
  line: TailLine,
  tail: Tail,
  { tails, context, settings }: Sending,
): Promise<SourceRecord | null> {
  const { name, clock } = context;
  const { bytes, offset, end, tooLong } = line;
  const timestampMs = clock.nowMs();
  const id = tails.idOf(tail);
  const position = { of: id, at: tail.positionAt(end, timestampMs) };
  const place = { 'file-path': tail.path, 'file-inode': tail.inode, 'file-offset': String(offset) };
  if (tooLong) {
    await context.deadLetter(bytes, lineTooLong(tail, offset, settings.maxBytes), place);
    await context.advance(position);
    return null;
  }
  const subject = `${name}-${id}-${offset}`;
  const identity = sourceRecordHeaders(name, subject, timestampMs);
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...identity, ...place };
  return { key: tail.path, value: bytes, headers, timestampMs, position };
}

function lineTooLong({ currentPath }: Tail, offset: number, maxBytes: number): PoisonRecordError {
  const sentence = `the line at byte ${offset} of ${currentPath} is longer than maxBytes (${formatSize(maxBytes)}); raise it or break the line`;
  return new PoisonRecordError('SOURCE_RECORD_TOO_LARGE', sentence);
}

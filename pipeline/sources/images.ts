import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { PoisonRecordError, UserError, messageOf } from '../errors/pipeline-error.ts';
import { createFrameSession } from '../frame/frame-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { formatSize, size } from '../topology/size.ts';
import { contentTypeOf } from './content-type.ts';
import { createPacer, paceOption } from './pacer.ts';
import { sourceIdOption } from './source-id.ts';

/** `frame2` before `frame10`. */
const naturally = new Intl.Collator('en', { numeric: true });

const options = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe(
      'A folder (every file in it and below), a pattern such as street/**/*.jpg, or one file; relative to the folder of the topology file.',
    ),
  fps: z.number().positive().max(240).optional().describe('Pictures a second at pace: real. Default: 1.'),
  pace: paceOption.optional().describe('Default: real where fps is given, else fast.'),
  loop: z.boolean().default(false).describe('Begin again at the end, for ever.'),
  maxBytes: size('1KB', '1GB').prefault('15MB').describe('Larger files become dead letters.'),
  sourceId: sourceIdOption,
});

type ImagesOptions = z.output<typeof options>;

/** Picture files in natural order. Whether they are pictures at all is the decoder's to say. */
export default defineSource({
  name: 'images',
  summary: 'The files of a folder or a pattern, in natural order, as they are.',
  options,
  produces: 'frames',
  nature: ({ loop }) => ({ endless: loop, live: false }),
  records,
});

async function* records(settings: ImagesOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock, signal, baseDirectory } = context;
  const { fps, pace = fps === undefined ? 'fast' : 'real', loop, sourceId = name } = settings;
  const session = createFrameSession({ sourceId, sourceName: name, kind: 'file', clock });
  const pacer = createPacer(pace, clock, signal);
  do {
    let sent = 0;
    for (const path of await filesAt(resolve(baseDirectory, settings.path), name)) {
      await pacer.next(1_000_000 / (fps ?? 1));
      if (signal.aborted) return;
      const bytes = await readOrDeadLetter(path, settings.maxBytes, context);
      if (bytes === null) continue;
      sent++;
      yield session.frame(bytes, { contentType: contentTypeOf(bytes), file: relative(baseDirectory, path) });
    }
    if (sent === 0) return; // nothing there can be read, and reading it again would only spin
  } while (loop);
}

/** @throws UserError SOURCE_FILE_MISSING where there is not a single file. */
async function filesAt(path: string, source: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => null); // absent: it may be a pattern
  if (found?.isFile()) return [path];
  const { glob } = await import('tinyglobby');
  const files = found?.isDirectory()
    ? await glob('**/*', { cwd: path, absolute: true, dot: true })
    : await glob(path, { absolute: true });
  if (files.length > 0) return files.sort(naturally.compare);
  const problem = found ? 'holds no file' : 'matches no file';
  throw new UserError('SOURCE_FILE_MISSING', `source "${source}": ${path} ${problem}; correct path`);
}

async function readOrDeadLetter(path: string, maxBytes: number, context: SourceContext): Promise<Buffer | null> {
  try {
    const { size: bytes } = await stat(path);
    if (bytes <= maxBytes) return await readFile(path);
    const message = `${path} has ${bytes} bytes, more than maxBytes (${formatSize(maxBytes)}); raise it or shrink the file`;
    throw new PoisonRecordError('SOURCE_RECORD_TOO_LARGE', message);
  } catch (error) {
    await context.deadLetter('', asSourceError(path, error), { file: path });
    return null;
  }
}

function asSourceError(path: string, error: unknown): PoisonRecordError {
  if (error instanceof PoisonRecordError) return error;
  const message = `${path} cannot be read: ${messageOf(error)}; correct its rights or take it away`;
  return new PoisonRecordError('SOURCE_FILE_UNREADABLE', message, { cause: error });
}

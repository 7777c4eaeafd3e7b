import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { RetriableError, UserError } from '../errors/pipeline-error.ts';
import { createFrameSession } from '../frame/frame-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { startCapture, type CaptureEnd, type CapturedPicture } from './ffmpeg/capture.ts';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { createPacer, paceOption } from './pacer.ts';
import { jpegQualityOption, sourceIdOption } from './source-id.ts';

const ADDRESS = /^[a-z][a-z0-9+.-]+:\/\//i;
/** Taken where a video does not say how far two frames are apart. */
const USUAL_INTERVAL_US = 40_000;
/** A gap in a damaged video is not waited out. */
const MAX_INTERVAL_US = 5_000_000;

const options = z.strictObject({
  path: z.string().min(1).describe('A file that ffmpeg reads; relative to the folder of the topology file.'),
  pace: paceOption.default('real'),
  loop: z.boolean().default(false).describe('Begin again at the end, for ever.'),
  maxWidth: z.int().min(16).max(16_384).optional().describe('Wider pictures are scaled down to this width.'),
  quality: jpegQualityOption.default(95),
  sourceId: sourceIdOption,
});

type VideoOptions = z.output<typeof options>;

/** Cuts a video file into frames, every one of them exactly once. */
export default defineSource({
  name: 'video',
  summary: 'Every frame of a video file as a JPEG, exactly once; needs ffmpeg.',
  options,
  produces: 'frames',
  nature: ({ loop }) => ({ endless: loop, live: false }),
  records,
});

async function* records(settings: VideoOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock, signal } = context;
  const file = await existingFile(settings.path, context);
  const session = createFrameSession({ sourceId: settings.sourceId ?? name, sourceName: name, kind: 'file', clock });
  const pacer = createPacer(settings.pace, clock, signal);
  let intervalUs = 0;
  do {
    let lastUs: number | null = null;
    for await (const { bytes, ptsUs } of playOnce(file, settings, context)) {
      if (lastUs !== null) intervalUs = intervalBetween(lastUs, ptsUs);
      lastUs = ptsUs ?? lastUs ?? 0;
      await pacer.next(intervalUs);
      if (signal.aborted) return;
      yield session.frame(bytes, { contentType: 'image/jpeg', ...(ptsUs !== undefined && { ptsUs }) });
    }
  } while (settings.loop && !signal.aborted);
}

async function* playOnce(
  file: string,
  { maxWidth, quality }: VideoOptions,
  { name, signal, log }: SourceContext,
): AsyncGenerator<CapturedPicture> {
  const input = ['-protocol_whitelist', 'file,crypto,data', '-i', `file:${file}`];
  const { pictures, ended } = startCapture(await findFfmpeg(name), { input, maxWidth, quality, signal });
  let frames = 0;
  for await (const picture of pictures) {
    frames++;
    yield picture;
  }
  const end = await ended;
  if (signal.aborted) return;
  throwIfFailed(file, frames, end);
  if (end.lastWords !== '') log.warn({ file, frames }, `${file} gave ${frames} frames, with faults: ${end.lastWords}`);
}

function throwIfFailed(file: string, frames: number, { signal, lastWords }: CaptureEnd): void {
  if (signal !== null) {
    const message = `ffmpeg was ended by ${signal} after ${frames} frames of ${file}; the file begins again`;
    throw new RetriableError('SOURCE_TOOL_DIED', message);
  }
  if (frames > 0) return;
  const message = `${file} holds no video that ffmpeg can read: ${lastWords || 'no frames'}; convert or replace the file`;
  throw new UserError('SOURCE_VIDEO_UNREADABLE', message);
}

async function existingFile(path: string, { name, baseDirectory }: SourceContext): Promise<string> {
  if (ADDRESS.test(path)) {
    const mend = `for a stream use type: webcam with: { format: ${path.split(':')[0] ?? ''}, device: "${path}" }`;
    throw new UserError('SOURCE_FILE_MISSING', `source "${name}" reads files, and ${path} is an address; ${mend}`);
  }
  const file = resolve(baseDirectory, path);
  const found = await stat(file).catch(() => null); // absent or unreachable comes to the same
  if (found?.isFile()) return file;
  const problem = found ? 'is no file' : 'does not exist';
  throw new UserError('SOURCE_FILE_MISSING', `source "${name}": ${file} ${problem}; correct path`);
}

function intervalBetween(lastUs: number, ptsUs: number | undefined): number {
  const interval = ptsUs === undefined ? USUAL_INTERVAL_US : ptsUs - lastUs;
  return Math.min(Math.max(0, interval), MAX_INTERVAL_US);
}

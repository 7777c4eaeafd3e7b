import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { FRAME_TIMES_FILTER, readFrameTimes } from './frame-times.ts';
import type { Ffmpeg } from './find-ffmpeg.ts';
import { JpegSplitter } from './jpeg-splitter.ts';

const LAST_WORDS = 5;

/** What ffmpeg reads and how its pictures shall be. */
export interface CaptureOrder {
  /** Arguments up to and with `-i <input>`. */
  readonly input: readonly string[];
  /** Wider pictures are scaled down. */
  readonly maxWidth?: number | undefined;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
  /** Ends ffmpeg when no picture has come for so long, milliseconds. */
  readonly stallTimeoutMs?: number;
  readonly signal: AbortSignal;
}

/** One JPEG, and its time in the video. */
export interface CapturedPicture {
  readonly bytes: Buffer;
  readonly ptsUs: number | undefined;
}

/** How ffmpeg ended. */
export interface CaptureEnd {
  /** Null when it was killed by `signal`, or never ran. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines it wrote to standard error, in one line. */
  readonly lastWords: string;
  /** It was ended because no picture came for `stallTimeoutMs`. */
  readonly isStalled: boolean;
}

/** One run of ffmpeg. */
export interface Capture {
  /** Its pictures; to be iterated once. While nobody asks, its pipe fills and ffmpeg waits. */
  readonly pictures: AsyncIterable<CapturedPicture>;
  /** Settles, never rejects, when the process has ended. */
  readonly ended: Promise<CaptureEnd>;
}

/** Starts ffmpeg. The process ends when its input does, the iteration does (whichever way), or the signal aborts. */
export function startCapture(ffmpeg: Ffmpeg, order: CaptureOrder): Capture {
  const child = spawn(ffmpeg.command, captureArguments(ffmpeg, order), { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const kill = (): boolean => child.kill('SIGKILL');
  order.signal.addEventListener('abort', kill);
  if (order.signal.aborted) kill();
  let isStalled = false;
  const stalling =
    order.stallTimeoutMs === undefined ? undefined : setTimeout(() => (isStalled = kill()), order.stallTimeoutMs);
  const ended = endOf(child).then((end) => {
    clearTimeout(stalling);
    order.signal.removeEventListener('abort', kill);
    return { ...end, isStalled };
  });
  return { pictures: picturesOf(child, ended, stalling), ended };
}

async function* picturesOf(
  child: ChildProcess,
  ended: Promise<CaptureEnd>,
  stalling: NodeJS.Timeout | undefined,
): AsyncGenerator<CapturedPicture> {
  const times = child.stdio[3] as Readable;
  try {
    const ptsUs = readFrameTimes(times);
    const splitter = new JpegSplitter();
    for await (const chunk of child.stdio[1] as AsyncIterable<Buffer>) {
      for (const bytes of splitter.push(chunk)) {
        stalling?.refresh();
        const time = await ptsUs.next();
        yield { bytes, ptsUs: time.done ? undefined : time.value };
      }
    }
    times.destroy(); // a pipe with anything left in it would keep the process from counting as closed
    await ended;
  } finally {
    times.destroy();
    child.kill('SIGKILL');
    await ended;
  }
}

function captureArguments(ffmpeg: Ffmpeg, { input, maxWidth, quality }: CaptureOrder): string[] {
  const scale = maxWidth === undefined ? [] : [`scale='min(${maxWidth},iw)':-2`];
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ...input,
    ...['-map', '0:v:0', '-vf', [...scale, FRAME_TIMES_FILTER].join(',')],
    ...ffmpeg.everyFrameOnce,
    // One thread, since each further one would hold a picture back until as many more have come.
    ...['-c:v', 'mjpeg', '-threads', '1', '-q:v', String(quantiser(quality)), '-f', 'image2pipe', 'pipe:1'],
  ];
}

/** ffmpeg counts the other way: 2 is best, 31 worst. */
function quantiser(quality: number): number {
  return Math.round(2 + ((100 - quality) * 29) / 99);
}

async function endOf(child: ChildProcess): Promise<Omit<CaptureEnd, 'isStalled'>> {
  let lines: string[] = [];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => (lines = [...lines, line].slice(-LAST_WORDS)));
  }
  child.on('error', (error) => lines.push(error.message));
  await once(child, 'close').catch(() => undefined); // a spawn that failed has put its reason into `lines`
  return { exitCode: child.exitCode, signal: child.signalCode, lastWords: lines.join('; ') };
}

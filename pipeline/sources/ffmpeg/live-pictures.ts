import type { SourceContext } from '../../ports/source.ts';
import { startCapture, type CaptureEnd, type CaptureOrder, type CapturedPicture } from './capture.ts';
import type { Ffmpeg } from './find-ffmpeg.ts';

const FIRST_BACKOFF_MS = 500;

/** A live input that may go away and come back. */
export interface LiveInput {
  /** For people: `camera /dev/video0`. */
  readonly called: string;
  readonly order: Omit<CaptureOrder, 'signal'>;
  /** Longest wait between two tries, milliseconds. */
  readonly maxBackoffMs: number;
  /** Takes out of ffmpeg's words what nobody shall read. */
  readonly redact?: (words: string) => string;
}

/**
 * The pictures of a live input without end: one that breaks off or falls silent is opened anew, at once at first, then
 * with longer waits, until the signal aborts.
 */
export async function* livePictures(
  ffmpeg: Ffmpeg,
  { called, order, maxBackoffMs, redact = (words) => words }: LiveInput,
  { name, clock, signal, log }: SourceContext,
): AsyncGenerator<CapturedPicture> {
  let backoffMs = FIRST_BACKOFF_MS;
  let awaySinceMs: number | undefined;
  for (;;) {
    const { pictures, ended } = startCapture(ffmpeg, { ...order, signal });
    for await (const picture of pictures) {
      if (awaySinceMs !== undefined)
        log.info({ source: name }, `${called} is back after ${clock.nowMs() - awaySinceMs} ms`);
      awaySinceMs = undefined;
      backoffMs = FIRST_BACKOFF_MS;
      yield picture;
    }
    if (signal.aborted) return;
    awaySinceMs ??= clock.nowMs();
    const message = `${called} is away: ${redact(reasonOf(await ended))}; trying again in ${backoffMs} ms`;
    log.warn({ source: name, backoffMs }, message);
    await clock.sleep(backoffMs, signal);
    backoffMs = Math.min(backoffMs * 2, maxBackoffMs);
  }
}

function reasonOf({ signal, exitCode, lastWords, isStalled }: CaptureEnd): string {
  if (isStalled) return 'it sent nothing for stallTimeout';
  if (signal !== null) return `ffmpeg was ended by ${signal}`;
  return lastWords || (exitCode === 0 ? 'its stream has ended' : `ffmpeg ended with code ${exitCode ?? 'unknown'}`);
}

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { SinkRecord } from '../../ports/sink.ts';
import { createPartWriter } from './multipart.ts';
import { pictureOf, type Picture } from './picture.ts';

/** Longer pauses of a recording (a camera that was off for the night) are cut to this. */
const LONGEST_PAUSE_MS = 5000;

export interface Replay {
  readonly records: AsyncIterable<SinkRecord>;
  readonly sourceId: string | null;
  readonly clock: Clock;
  /** Aborts when the browser is gone or the viewer closes. */
  readonly signal: AbortSignal;
  readonly onPicture: (picture: Picture) => void;
}

/** Sends recorded pictures of one source (`sourceId`, else that of the first one) in the rhythm they were captured. */
export async function streamReplay(response: ServerResponse, replay: Replay): Promise<void> {
  const { records, clock, signal, onPicture } = replay;
  const pace = createPace();
  const write = createPartWriter(response);
  let wanted = replay.sourceId;
  for await (const record of records) {
    const picture = pictureOf(record);
    if (!picture) continue;
    wanted ??= picture.sourceId;
    if (picture.sourceId !== wanted) continue;
    await clock.sleep(pace(picture.capturedMs, clock.nowMs()), signal);
    if (signal.aborted) return;
    onPicture(picture);
    if (!write(picture)) await once(response, 'drain', { signal });
  }
}

/** How long to wait before the next picture. One that is late is shown at once, and the rhythm goes on from there. */
function createPace(): (capturedMs: number, nowMs: number) => number {
  let last: { readonly capturedMs: number; readonly shownMs: number } | null = null;
  return (capturedMs, nowMs) => {
    const pauseMs = last ? Math.min(Math.max(0, capturedMs - last.capturedMs), LONGEST_PAUSE_MS) : 0;
    const waitMs = last ? Math.max(0, last.shownMs + pauseMs - nowMs) : 0;
    last = { capturedMs, shownMs: nowMs + waitMs };
    return waitMs;
  };
}

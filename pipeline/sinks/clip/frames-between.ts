import type { SinkSetup } from '../../ports/sink.ts';
import { frameMetaIfAny, pictureTypeOf, sourceIdOf } from '../shown-picture.ts';

/** A reading that brings nothing more for so long is over: the camera is away, or the topic ends here. */
const PATIENCE_MS = 5000;

/** What of a topic is wanted; times are milliseconds since 1970 UTC, both of them included. */
export interface Stretch {
  readonly topic: string;
  readonly sourceId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A picture of the topic. */
export interface ClipFrame {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly timestampMs: number;
}

/** The pictures of one source between two times, also those that are yet to come. */
export async function* framesBetween(
  { topic, sourceId, fromMs, toMs }: Stretch,
  { openReader, clock, signal }: Pick<SinkSetup, 'openReader' | 'clock' | 'signal'>,
): AsyncGenerator<ClipFrame> {
  const over = new AbortController();
  const reading = AbortSignal.any([signal, over.signal]);
  let lastMs = clock.nowMs();
  const watch = (async () => {
    for (let leftMs = Infinity; leftMs > 0 && !reading.aborted;) {
      leftMs = Math.max(toMs, lastMs) + PATIENCE_MS - clock.nowMs();
      if (leftMs > 0) await clock.sleep(leftMs, reading);
    }
    over.abort();
  })();
  try {
    for await (const record of openReader({ topic, from: { timestampMs: fromMs }, signal: reading })) {
      if (sourceIdOf(record, frameMetaIfAny(record)) !== sourceId) continue;
      if (record.timestampMs > toMs) return;
      lastMs = clock.nowMs();
      const contentType = pictureTypeOf(record);
      if (record.timestampMs >= fromMs && contentType !== null && record.value)
        yield { bytes: record.value, contentType, timestampMs: record.timestampMs };
    }
  } finally {
    over.abort();
    await watch;
  }
}

import type { FrameMeta } from '../../pipeline/index.ts';

/** Where in what a camera saw a frame belongs. */
export interface ScenePlace {
  readonly sessionId: string;
  readonly seq: number;
  /**
   * Place in the film for frames of files and drawn ones, so that a film read faster than it plays gives the same
   * answers; capture time for all others.
   */
  readonly timeUs: number;
}

export type SceneStep =
  | { readonly kind: 'next'; readonly elapsedMs: number }
  /** Nothing seen before has to do with it: the first frame, or a film that began anew. */
  | { readonly kind: 'cut' }
  /** It was seen before, or one that came after it. */
  | { readonly kind: 'repeat' };

export function placeOf({ frame }: FrameMeta): ScenePlace {
  const { sessionId, seq, kind, ptsUs, captureTimeUs } = frame;
  const isPlayed = kind === 'file' || kind === 'synthetic';
  return { sessionId, seq, timeUs: isPlayed && ptsUs !== undefined ? ptsUs : captureTimeUs };
}

/** What a frame is to the last one seen of the same source. */
export function sceneStep(last: ScenePlace | undefined, place: ScenePlace): SceneStep {
  if (last === undefined) return { kind: 'cut' };
  if (place.sessionId === last.sessionId && place.seq <= last.seq) return { kind: 'repeat' };
  const elapsedMs = (place.timeUs - last.timeUs) / 1000;
  return elapsedMs < 0 ? { kind: 'cut' } : { kind: 'next', elapsedMs };
}

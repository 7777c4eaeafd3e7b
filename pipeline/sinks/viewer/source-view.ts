import type { DetectedObject } from '../../frame/frame-meta.ts';
import type { Picture } from './picture.ts';

const FPS_WINDOW_MS = 3000;

/** What the page tells about one source. */
export interface SourceState {
  readonly id: string;
  readonly frames: number;
  /** Pictures a second over the last three seconds. */
  readonly fps: number;
  /** Time since the latest picture was captured. */
  readonly ageMs: number;
  /** Frames dropped on the way here since the viewer began. */
  readonly drops: { readonly count: number; readonly reasons: Readonly<Record<string, number>> };
  /** Of the latest picture; null where nobody has looked for any. */
  readonly objects: readonly { readonly label: string; readonly score: number }[] | null;
  readonly seq: number | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Query of the stream that goes on after the latest picture. */
  readonly next: string;
}

/** The latest picture of one source, and its counts. */
export class SourceView {
  latest: Picture;
  #frames = 0;
  #arrivalsMs: number[] = [];
  #dropped = 0;
  readonly #reasons = new Map<string, number>();

  constructor(first: Picture, nowMs: number) {
    this.latest = first;
    this.add(first, nowMs);
  }

  add(picture: Picture, nowMs: number): void {
    this.latest = picture;
    this.#frames++;
    this.#arrivalsMs = [...this.#recent(nowMs), nowMs];
    const dropped = picture.meta?.dropped;
    if (!dropped) return;
    this.#dropped += dropped.count;
    for (const [reason, count] of Object.entries(dropped.reasons)) {
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
    }
  }

  state(nowMs: number): SourceState {
    const { sourceId, capturedMs, meta, next } = this.latest;
    return {
      id: sourceId,
      frames: this.#frames,
      fps: this.#fps(nowMs),
      ageMs: Math.max(0, Math.round(nowMs - capturedMs)),
      drops: { count: this.#dropped, reasons: Object.fromEntries(this.#reasons) },
      objects: meta?.objects?.map(labelAndScore) ?? null,
      seq: meta?.frame.seq ?? null,
      width: meta?.frame.width ?? null,
      height: meta?.frame.height ?? null,
      next,
    };
  }

  #recent(nowMs: number): number[] {
    return this.#arrivalsMs.filter((arrivedMs) => nowMs - arrivedMs < FPS_WINDOW_MS);
  }

  /** Intervals by their duration, which is right from the second picture on. */
  #fps(nowMs: number): number {
    const recent = this.#recent(nowMs);
    const [first] = recent;
    const last = recent.at(-1);
    if (first === undefined || last === undefined || last <= first) return 0;
    return Math.round(((recent.length - 1) / (last - first)) * 10_000) / 10;
  }
}

function labelAndScore({ label, score }: DetectedObject): { label: string; score: number } {
  return { label, score };
}

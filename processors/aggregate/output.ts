import type { ConsumerRecord, Headers, OutputRecord } from '../../pipeline/index.ts';
import type { Computation, States } from './computation.ts';
import type { AggregateWindow } from './windows/windowing.ts';

const JSON_HEADERS: Headers = { 'content-type': 'application/json', 'frame-meta': undefined };
/** Headers of the record a result is made at that are not about that record alone. */
const KEPT = /^(ce_|traceparent$|tracestate$)/;

/** Bounds of a window, as they are written. */
interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
  readonly texts: { readonly start: string; readonly end: string };
  readonly headers: Headers;
}

/** Makes records of aggregates. */
export class AggregateOutput {
  readonly #computation: Computation;
  #latest: Bounds | null = null;

  constructor(computation: Computation) {
    this.#computation = computation;
  }

  /** The aggregate of a key, made by a record of it. */
  ofKey(key: string, states: States): OutputRecord {
    const value = JSON.stringify({ key, ...this.#computation.results(states) });
    return { key, value, headers: JSON_HEADERS };
  }

  /** A window that a record of it has changed. */
  updated(window: AggregateWindow): OutputRecord {
    const { headers } = this.#boundsOf(window);
    return { key: window.key, value: this.#valueOf(window), headers };
  }

  /** A window that closed when a record, mostly of another key, moved stream time. */
  closed(window: AggregateWindow, { headers }: ConsumerRecord): OutputRecord {
    const others = Object.keys(headers).filter((name) => !KEPT.test(name));
    const removed = Object.fromEntries(others.map((name) => [name, undefined]));
    return {
      key: window.key,
      value: this.#valueOf(window),
      headers: { ...removed, ...this.#boundsOf(window).headers },
      timestampMs: window.isEndIncluded ? window.endMs : window.endMs - 1,
    };
  }

  #valueOf(window: AggregateWindow): string {
    const { key, states } = window;
    return JSON.stringify({ key, window: this.#boundsOf(window).texts, ...this.#computation.results(states) });
  }

  /** Records come many to a window, and texts of times cost more than counting. */
  #boundsOf({ startMs, endMs }: AggregateWindow): Bounds {
    if (this.#latest?.startMs !== startMs || this.#latest.endMs !== endMs) {
      const texts = { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
      const bounds = { 'tapline.window.start': String(startMs), 'tapline.window.end': String(endMs) };
      this.#latest = { startMs, endMs, texts, headers: { ...JSON_HEADERS, ...bounds } };
    }
    return this.#latest;
  }
}

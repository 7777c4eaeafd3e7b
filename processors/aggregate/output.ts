import type { ConsumerRecord, Headers, OutputRecord } from '../../pipeline/index.ts';
import type { Computation, States } from './computation.ts';
import type { AggregateWindow } from './windows/windowing.ts';

const JSON_HEADERS: Headers = { 'content-type': 'application/json', 'frame-meta': undefined };
/** Headers of the record a result is made at that are not about that record alone. */
const KEPT = /^(ce_|traceparent$|tracestate$)/;

/** Makes records of aggregates. */
export class AggregateOutput {
  readonly #computation: Computation;

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
    return { key: window.key, value: this.#valueOf(window), headers: { ...JSON_HEADERS, ...boundsOf(window) } };
  }

  /** A window that closed when a record, mostly of another key, moved stream time. */
  closed(window: AggregateWindow, { headers }: ConsumerRecord): OutputRecord {
    const others = Object.keys(headers).filter((name) => !KEPT.test(name));
    const removed = Object.fromEntries(others.map((name) => [name, undefined]));
    return {
      key: window.key,
      value: this.#valueOf(window),
      headers: { ...removed, ...JSON_HEADERS, ...boundsOf(window) },
      timestampMs: window.isEndIncluded ? window.endMs : window.endMs - 1,
    };
  }

  #valueOf({ key, startMs, endMs, states }: AggregateWindow): string {
    const bounds = { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
    return JSON.stringify({ key, window: bounds, ...this.#computation.results(states) });
  }
}

function boundsOf({ startMs, endMs }: AggregateWindow): Headers {
  return { 'tapline.window.start': String(startMs), 'tapline.window.end': String(endMs) };
}

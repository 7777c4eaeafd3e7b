import {
  addCounters,
  bucketsOf,
  bucketsSince,
  countersOf,
  gaugeOf,
  subtractCounters,
  type Buckets,
  type Counters,
} from './snapshot.ts';
import type { MetricsSnapshot } from './worker-metrics.ts';

/** Snapshots that rates and percentiles are taken over; they come once a second. */
const WINDOW = 10;

interface Moment {
  readonly atMs: number;
  readonly snapshot: MetricsSnapshot;
}

/** What lately happened in one worker. */
export interface RecentWindow {
  readonly seconds: number;
  readonly counters: Counters;
  readonly processMs: Buckets;
  readonly ageMs: Buckets;
}

/** Totals of a worker over its restarts, and a sliding window of the last seconds. */
export class WorkerHistory {
  #before: Counters = {};
  #moments: Moment[] = [];

  /** Takes the next snapshot of the present process. */
  add(snapshot: MetricsSnapshot, atMs: number): void {
    this.#moments = [...this.#moments, { atMs, snapshot }].slice(-WINDOW);
  }

  /** The process has ended: what it counted is kept, and the next one counts from zero. */
  endProcess(): void {
    this.#before = this.totals();
    this.#moments = [];
  }

  totals(): Counters {
    return addCounters(this.#before, countersOf(this.latest));
  }

  get latest(): MetricsSnapshot {
    return this.#moments.at(-1)?.snapshot ?? [];
  }

  get rssBytes(): number {
    return gaugeOf(this.latest, 'resident_memory_bytes');
  }

  recent(): RecentWindow {
    const first = this.#moments.at(0);
    const last = this.#moments.at(-1);
    const earlier = first === last ? [] : (first?.snapshot ?? []);
    return {
      seconds: first && last ? (last.atMs - first.atMs) / 1000 : 0,
      counters: subtractCounters(countersOf(this.latest), countersOf(earlier)),
      processMs: bucketsSince(
        bucketsOf(this.latest, 'process_milliseconds'),
        bucketsOf(earlier, 'process_milliseconds'),
      ),
      ageMs: bucketsSince(bucketsOf(this.latest, 'age_milliseconds'), bucketsOf(earlier, 'age_milliseconds')),
    };
  }
}

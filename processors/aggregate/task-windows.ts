import type { KeyValueStore, ProcessorContext, WindowStore } from '../../pipeline/index.ts';
import type { Sample } from './computation.ts';
import type { AggregateWindow, OpenWindows, Windowing } from './windows/windowing.ts';

const CLOCK = 'clock';

/** What a task remembers beside its windows. */
interface Clock {
  readonly layout: string;
  /** Highest event time; kept where it is not the stream time of the task. */
  readonly streamTimeMs: number;
  /** No window and no point lies before it; null where there are none. */
  readonly firstMs: number | null;
  readonly late: number;
}

/** What a record did to the windows of its task. */
export interface Change {
  /** Windows that closed as stream time passed, in the order of their end, then key; they are gone from the store. */
  readonly closed: readonly AggregateWindow[];
  /** Windows the record was added to. */
  readonly updated: readonly AggregateWindow[];
  /** How many records were late so far, this one included; null where it is not. */
  readonly late: number | null;
}

/** The windows of a task between two records: all that is known is in its stores. */
export class TaskWindows {
  readonly #windowing: Windowing;
  readonly #context: ProcessorContext;
  readonly #clocks: KeyValueStore<Clock>;
  readonly #windows: WindowStore;
  readonly #points: WindowStore | null;

  constructor(windowing: Windowing, context: ProcessorContext) {
    this.#windowing = windowing;
    this.#context = context;
    this.#clocks = context.store(CLOCK);
    this.#windows = context.store('windows');
    this.#points = windowing.hasPoints ? context.store('points') : null;
  }

  /** Closes what is due at the time of the record, then adds it. `ownTimeMs`: its event time, where that is not its timestamp. */
  take(sample: Sample, ownTimeMs: number | null): Change {
    const before = this.#clock();
    const streamTimeMs = ownTimeMs === null ? 0 : Math.max(before.streamTimeMs, ownTimeMs);
    const nowMs = ownTimeMs === null ? this.#context.streamTimeMs : streamTimeMs;
    const closedUpToMs = nowMs - this.#windowing.lagMs;
    let firstMs = before.firstMs ?? Infinity;
    const closed = firstMs <= closedUpToMs ? this.#close(firstMs, closedUpToMs) : [];
    if (firstMs <= closedUpToMs) firstMs = this.#firstAfter(closedUpToMs);
    const noted = (positionMs: number): void => void (firstMs = Math.min(firstMs, positionMs));
    const open: OpenWindows = { windows: this.#windows, points: this.#points, closedUpToMs, noted };
    const updated = this.#windowing.add(sample, open);
    const late = before.late + (updated.length === 0 ? 1 : 0);
    this.#keep({ ...before, streamTimeMs, firstMs: firstMs === Infinity ? null : firstMs, late }, before);
    return { closed, updated, late: updated.length === 0 ? late : null };
  }

  #clock(): Clock {
    const { layout } = this.#windowing;
    const clock = this.#clocks.get(CLOCK);
    if (clock?.layout === layout) return clock;
    if (clock) this.#forgetAll();
    return { layout, streamTimeMs: clock?.streamTimeMs ?? 0, firstMs: null, late: clock?.late ?? 0 };
  }

  /** Nothing can be made of windows that lie otherwise. */
  #forgetAll(): void {
    let count = 0;
    for (const store of this.#stores()) {
      for (const { key, startMs } of store.fetchAll(0, Infinity)) {
        store.delete(key, startMs);
        count++;
      }
    }
    this.#context.log.warn(
      { task: this.#context.task, windows: count },
      'the option "window" was changed: the windows that were open are forgotten, new ones begin',
    );
  }

  #keep(clock: Clock, before: Clock): void {
    const { streamTimeMs, firstMs, late } = before;
    if (clock.streamTimeMs === streamTimeMs && clock.firstMs === firstMs && clock.late === late) return;
    this.#clocks.put(CLOCK, clock);
  }

  #close(fromMs: number, toMs: number): readonly AggregateWindow[] {
    const closed: AggregateWindow[] = [];
    for (const entry of this.#windows.fetchAll(fromMs, toMs)) {
      this.#windows.delete(entry.key, entry.startMs);
      closed.push(this.#windowing.read(entry));
    }
    if (this.#points) {
      for (const { key, startMs } of this.#points.fetchAll(fromMs, toMs)) this.#points.delete(key, startMs);
    }
    return closed;
  }

  #firstAfter(positionMs: number): number {
    let firstMs = Infinity;
    for (const store of this.#stores()) {
      for (const { startMs } of store.fetchAll(positionMs + 1, Infinity)) {
        firstMs = Math.min(firstMs, startMs);
        break;
      }
    }
    return firstMs;
  }

  #stores(): readonly WindowStore[] {
    return this.#points ? [this.#windows, this.#points] : [this.#windows];
  }
}

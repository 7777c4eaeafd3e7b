import type { Windowed, WindowStore } from '../../../pipeline/index.ts';
import type { Computation, Sample, States } from '../computation.ts';
import type { OpenWindows, Windowing } from './windowing.ts';

/**
 * Sliding windows as those of Kafka Streams: `[start, start + size]`. For every time `t` of a record of a key there is
 * the window that ends at `t`, and the one that starts just after `t` if it has a record in it; none starts before 1970.
 * Closed when stream time > end + grace. Their position is their start.
 * https://kafka.apache.org/41/javadoc/org/apache/kafka/streams/kstream/SlidingWindows.html, KIP-450
 */
export function slidingWindows(
  { sizeMs, graceMs }: { readonly sizeMs: number; readonly graceMs: number },
  computation: Computation,
): Windowing {
  const read: Windowing['read'] = ({ key, startMs, value }) => {
    return { key, startMs, endMs: startMs + sizeMs, isEndIncluded: true, states: value as States };
  };
  return {
    layout: `sliding ${sizeMs}`,
    lagMs: sizeMs + graceMs + 1,
    hasPoints: true,
    read,
    add(sample, open) {
      const slide = new Slide(sample, open, { sizeMs, computation });
      return slide.add().map(read);
    },
  };
}

/** One sample and the windows around it. */
class Slide {
  readonly #sample: Sample;
  readonly #open: OpenWindows;
  readonly #points: WindowStore;
  readonly #sizeMs: number;
  readonly #computation: Computation;

  constructor(
    sample: Sample,
    open: OpenWindows,
    { sizeMs, computation }: { readonly sizeMs: number; readonly computation: Computation },
  ) {
    if (open.points === null) throw new Error('sliding windows have no store of points; this is a bug, please report');
    this.#sample = sample;
    this.#open = open;
    this.#points = open.points;
    this.#sizeMs = sizeMs;
    this.#computation = computation;
  }

  add(): readonly Windowed<unknown>[] {
    const { key, timeMs } = this.#sample;
    const around = [...this.#open.windows.fetch(key, timeMs - this.#sizeMs, timeMs + 1)];
    const starts = new Set(around.map(({ startMs }) => startMs));
    const created = this.#wantedStarts().filter((startMs) => startMs > this.#open.closedUpToMs && !starts.has(startMs));
    const holding = around.filter(({ startMs }) => startMs <= timeMs);
    if (holding.length === 0 && created.length === 0) return [];
    this.#addPoint();
    if (this.#hasPointAfter() && !starts.has(timeMs + 1)) created.push(timeMs + 1);
    const changed = [
      ...holding.map(({ startMs, value }) => this.#put(startMs, this.#computation.add(value as States, this.#sample))),
      ...created.map((startMs) => this.#put(startMs, this.#statesFrom(startMs))),
    ];
    return changed.sort((a, b) => a.startMs - b.startMs);
  }

  /** Starts of the windows that hold the sample and must be there because of it. */
  #wantedStarts(): number[] {
    const { key, timeMs } = this.#sample;
    const endingHere = Math.max(0, timeMs - this.#sizeMs);
    const before = [...this.#points.fetch(key, timeMs - this.#sizeMs - 1, timeMs - 1)].at(-1);
    const afterTheOneBefore = before && before.startMs + 1;
    return afterTheOneBefore === undefined || afterTheOneBefore === endingHere
      ? [endingHere]
      : [endingHere, afterTheOneBefore];
  }

  #addPoint(): void {
    const { key, timeMs } = this.#sample;
    const states = this.#points.get(key, timeMs) as States | undefined;
    this.#points.put(key, timeMs, this.#computation.add(states, this.#sample));
    this.#open.noted(timeMs);
  }

  #hasPointAfter(): boolean {
    const { key, timeMs } = this.#sample;
    for (const _point of this.#points.fetch(key, timeMs + 1, timeMs + 1 + this.#sizeMs)) return true;
    return false;
  }

  #statesFrom(startMs: number): States {
    let states: States = {};
    for (const { value } of this.#points.fetch(this.#sample.key, startMs, startMs + this.#sizeMs)) {
      states = this.#computation.merge(states, value as States);
    }
    return states;
  }

  #put(startMs: number, states: States): Windowed<unknown> {
    const { key } = this.#sample;
    this.#open.windows.put(key, startMs, states);
    this.#open.noted(startMs);
    return { key, startMs, value: states };
  }
}

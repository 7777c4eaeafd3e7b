import type { Computation, States } from '../computation.ts';
import type { AggregateWindow, Windowing } from './windowing.ts';

export interface FixedWindowsOptions {
  readonly sizeMs: number;
  /** From the start of a window to the start of the next: the size, or less. */
  readonly advanceMs: number;
  readonly graceMs: number;
}

/**
 * Tumbling and hopping windows as those of Kafka Streams: `[start, end)`, starts are the multiples of the advance since
 * 1970, a window is closed when stream time >= end + grace. Their position is their start.
 * https://kafka.apache.org/41/javadoc/org/apache/kafka/streams/kstream/TimeWindows.html
 */
export function fixedWindows({ sizeMs, advanceMs, graceMs }: FixedWindowsOptions, computation: Computation): Windowing {
  const windowAt = (key: string, startMs: number, states: States): AggregateWindow => ({
    key,
    startMs,
    endMs: startMs + sizeMs,
    isEndIncluded: false,
    states,
  });
  return {
    layout: `fixed ${sizeMs} ${advanceMs}`,
    lagMs: sizeMs + graceMs,
    hasPoints: false,
    read: ({ key, startMs, value }) => windowAt(key, startMs, value as States),
    add(sample, { windows, closedUpToMs, noted }) {
      const { key, timeMs } = sample;
      const changed: AggregateWindow[] = [];
      for (let startMs = firstStart(timeMs, sizeMs, advanceMs); startMs <= timeMs; startMs += advanceMs) {
        if (startMs <= closedUpToMs) continue;
        const states = computation.add(windows.get(key, startMs) as States | undefined, sample);
        windows.put(key, startMs, states);
        noted(startMs);
        changed.push(windowAt(key, startMs, states));
      }
      return changed;
    },
  };
}

function firstStart(timeMs: number, sizeMs: number, advanceMs: number): number {
  return Math.floor(Math.max(0, timeMs - sizeMs + advanceMs) / advanceMs) * advanceMs;
}

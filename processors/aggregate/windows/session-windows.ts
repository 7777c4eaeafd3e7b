import type { Computation, States } from '../computation.ts';
import type { AggregateWindow, OpenWindows, Windowing } from './windowing.ts';

/** A session in its store, where its position is its end. */
interface Session {
  readonly startMs: number;
  readonly states: States;
}

/**
 * Sessions as those of Kafka Streams: records of a key no further apart than the gap are one session, `[first record,
 * last record]`; a record between two sessions merges them; closed when stream time > end + gap + grace. What is closed
 * is merged no more.
 * https://kafka.apache.org/41/javadoc/org/apache/kafka/streams/kstream/SessionWindows.html
 */
export function sessionWindows(
  { gapMs, graceMs }: { readonly gapMs: number; readonly graceMs: number },
  computation: Computation,
): Windowing {
  return {
    layout: `session ${gapMs}`,
    lagMs: gapMs + graceMs + 1,
    hasPoints: false,
    read: toWindow,
    add(sample, open) {
      const { key, timeMs } = sample;
      const near = sessionsNear(key, { fromMs: timeMs - gapMs, toMs: timeMs + gapMs }, open);
      const startMs = Math.min(timeMs, ...near.map((session) => session.startMs));
      const endMs = Math.max(timeMs, ...near.map((session) => session.endMs));
      if (endMs <= open.closedUpToMs) return [];
      const [first, ...others] = near.map((session) => session.states);
      const together = first && others.reduce((earlier, later) => computation.merge(earlier, later), first);
      const states = computation.add(together, sample);
      for (const session of near) if (session.endMs !== endMs) open.windows.delete(key, session.endMs);
      open.windows.put(key, endMs, { startMs, states } satisfies Session);
      open.noted(endMs);
      return [toWindow({ key, startMs: endMs, value: { startMs, states } })];
    },
  };
}

/** Sessions of a key that touch a span of time, both ends included, in the order of time. */
function sessionsNear(
  key: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  { windows }: OpenWindows,
): readonly AggregateWindow[] {
  const near: AggregateWindow[] = [];
  for (const entry of windows.fetch(key, fromMs, Infinity)) {
    const session = toWindow(entry);
    if (session.startMs > toMs) break;
    near.push(session);
  }
  return near;
}

function toWindow(entry: { readonly key: string; readonly startMs: number; readonly value: unknown }): AggregateWindow {
  const { startMs, states } = entry.value as Session;
  return { key: entry.key, startMs, endMs: entry.startMs, isEndIncluded: true, states };
}

import type { Row } from './kcat.ts';

/** The windows of the topology, in words of its file. */
export interface Windows {
  readonly sizeMs: number;
  readonly graceMs: number;
}

/** Count and sum of a window, by `key@start`. */
export type WindowStates = ReadonlyMap<string, string>;

/** What must come out of the input. */
export interface Expected {
  /** Numbers of all records of a key, in their order: what the first stage hands on. */
  readonly passed: ReadonlyMap<string, readonly number[]>;
  /** The same without those that came too late for their window: what the second stage tells of. */
  readonly counted: ReadonlyMap<string, readonly number[]>;
  /**
   * What the record of a number makes of its window: `key@start n sum`. One for each time that it is in the input: a feed
   * whose acknowledgement was lost with the broker writes it again.
   */
  readonly outputs: ReadonlyMap<number, readonly string[]>;
  /** Last state of every window there was. */
  readonly windows: WindowStates;
  /** Those of them that are still open, and so in the changelog. */
  readonly open: WindowStates;
}

interface Value {
  readonly number: number;
  readonly value: number;
}

export const windowName = (key: string, startMs: number): string => `${key}@${startMs}`;
export const stateOf = (n: number, sum: number): string => `${n} ${sum}`;

/** Computes it anew from the records of the input topic, by the book, without a line of tapline. */
export function recompute(input: readonly Row[], { sizeMs, graceMs }: Windows): Expected {
  const [passed, counted] = [new Map<string, number[]>(), new Map<string, number[]>()];
  const outputs = new Map<number, string[]>();
  const windows = new Map<string, { n: number; sum: number; startMs: number; partition: number }>();
  const streamTimes = new Map<number, number>();
  const closesAt = (startMs: number): number => startMs + sizeMs + graceMs;
  for (const { partition, key, value, timestampMs } of input) {
    const name = String(key);
    const { number, value: amount } = JSON.parse(String(value)) as Value;
    push(passed, name, number);
    const streamTimeMs = Math.max(streamTimes.get(partition) ?? 0, timestampMs);
    streamTimes.set(partition, streamTimeMs);
    const startMs = timestampMs - (timestampMs % sizeMs);
    if (closesAt(startMs) <= streamTimeMs) continue;
    push(counted, name, number);
    const window = windows.get(windowName(name, startMs)) ?? { n: 0, sum: 0, startMs, partition };
    window.n++;
    window.sum += amount;
    windows.set(windowName(name, startMs), window);
    push(outputs, number, `${windowName(name, startMs)} ${stateOf(window.n, window.sum)}`);
  }
  const states = [...windows].map(([name, { n, sum }]) => [name, stateOf(n, sum)] as const);
  const isOpen = (name: string): boolean => {
    const { startMs, partition } = windows.get(name)!;
    return closesAt(startMs) > (streamTimes.get(partition) ?? 0);
  };
  return { passed, counted, outputs, windows: new Map(states), open: new Map(states.filter(([name]) => isOpen(name))) };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

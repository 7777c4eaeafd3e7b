import { onTestFinished } from 'vitest';
import { headerText } from '../../pipeline/ports/record.ts';
import type { SourcePosition, SourceRecord } from '../../pipeline/ports/source.ts';
import fileTail from '../../pipeline/sources/file-tail.ts';
import { runSource, type DeadLettered } from './source-harness.ts';

/** `file-tail` from its stored positions on, with time and positions in the hands of the test. */
export interface TailRun {
  readonly records: readonly SourceRecord[];
  readonly deadLetters: readonly DeadLettered[];
  readonly warnings: readonly string[];
  /** Lets the time of a poll pass, and resolves when all there is has been read. */
  poll(times?: number): Promise<void>;
  /** The lines since the last call. */
  lines(): string[];
  stop(): Promise<void>;
}

const POLL_MS = 1000;
/** So many polls later a file that was rotated away counts as quiet. */
export const QUIET_POLLS = 11;

/** Starts the source in a folder; `stored` is what its positions topic holds, and goes on as the source does. */
export async function tailRun(
  folder: string,
  stored: Map<string, unknown>,
  options: object = { path: 'app.log' },
): Promise<TailRun> {
  const time = steppedTime();
  const store = ({ of, at }: SourcePosition): unknown => (at === null ? stored.delete(of) : stored.set(of, at));
  const run = runSource(
    fileTail,
    { poll: `${POLL_MS}ms`, ...options },
    {
      baseDirectory: folder,
      clock: time.clock,
      positions: new Map(stored),
      advance: async (position) => void store(JSON.parse(JSON.stringify(position)) as SourcePosition),
    },
  );
  const records: SourceRecord[] = [];
  let told = 0;
  const reading = (async () => {
    for await (const record of run.records) {
      records.push(record);
      if (record.position) store(record.position);
    }
  })();
  const stop = async (): Promise<void> => {
    run.stop();
    time.pass();
    await reading;
  };
  onTestFinished(stop);
  await Promise.race([time.idle(), reading]);
  return {
    records,
    deadLetters: run.deadLetters,
    warnings: run.warnings,
    poll: async (times = 1) => {
      for (let n = 0; n < times; n++) {
        const idle = time.idle();
        time.pass();
        await Promise.race([idle, reading]);
      }
    },
    lines: () => {
      const lines = records.slice(told).map(({ value }) => String(value));
      told = records.length;
      return lines;
    },
    stop,
  };
}

/** `ce_id`s of records. */
export function idsOf(records: readonly SourceRecord[]): (string | undefined)[] {
  return records.map(({ headers }) => headerText(headers, 'ce_id'));
}

/** A clock that stands still until the test lets its sleepers wake. */
function steppedTime() {
  let nowMs = 1_800_000_000_000;
  let wake = (): void => undefined;
  let fellAsleep = (): void => undefined;
  return {
    clock: {
      nowMs: () => nowMs,
      nowUs: () => nowMs * 1000,
      sleep: async (ms: number, signal?: AbortSignal) => {
        if (signal?.aborted) return;
        const woken = new Promise<void>((resolve) => (wake = resolve));
        fellAsleep();
        await woken;
        nowMs += ms;
      },
    },
    /** Resolves when the source sleeps again. */
    idle: () => new Promise<void>((resolve) => (fellAsleep = resolve)),
    pass: () => wake(),
  };
}

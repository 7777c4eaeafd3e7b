import join from '../../../processors/join/index.ts';
import { statefulRun, type Given, type StatefulRun } from '../stateful-run.ts';

export const LEFT = 'orders';
export const RIGHT = 'payments';

/** A record of a side: its time, its value, its key. */
export type Step = readonly [side: 'L' | 'R', atMs: number, value: string | null, key?: string | null];

/** A step, and what it makes: `left+right @time`, `-` for a side there is none of, `tombstone @time`. */
export type Row = readonly [step: Step, outputs?: readonly string[]];

export function joinRun(options: object): Promise<StatefulRun> {
  return statefulRun(join, { left: LEFT, right: RIGHT, ...options });
}

export function given([side, atMs, value, key = 'a']: Step): Given {
  return { topic: side === 'L' ? LEFT : RIGHT, atMs, key, value };
}

/** What each step makes; `restarts` are the steps before which the task ends and begins anew. */
export async function outputsOf(run: StatefulRun, steps: readonly Step[], restarts: readonly number[] = []) {
  const all: string[][] = [];
  for (const [index, step] of steps.entries()) {
    if (restarts.includes(index)) await run.restart();
    all.push(await shownAfter(run, given(step)));
  }
  return all;
}

/** What a record makes, shown as in a {@link Row}. */
export async function shownAfter(run: StatefulRun, record: Given): Promise<string[]> {
  return (await run.pipe(record)).map(({ value, timestampMs }) => `${shown(value)} @${timestampMs}`);
}

function shown(value: Buffer | string | null): string {
  if (value === null) return 'tombstone';
  const { left, right } = JSON.parse(String(value)) as { left: string | null; right: string | null };
  return `${left ?? '-'}+${right ?? '-'}`;
}

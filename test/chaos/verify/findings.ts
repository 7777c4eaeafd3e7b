import { headerOf, type Row } from './kcat.ts';
import { stateOf, windowName, type WindowStates } from './recomputation.ts';

/** How the records of a topic differ from those that must be there. */
export interface RecordFindings {
  readonly lost: readonly number[];
  readonly duplicated: readonly number[];
  /** Records that come, for the first time, after one of their key that should have come after them. */
  readonly disordered: readonly number[];
  /** Records nobody asked for. */
  readonly strange: readonly string[];
}

/** Compares by the number in the headers, key by key. */
export function compareRecords(
  expected: ReadonlyMap<string, readonly number[]>,
  found: readonly Row[],
): RecordFindings {
  const findings = {
    lost: [] as number[],
    duplicated: [] as number[],
    disordered: [] as number[],
    strange: [] as string[],
  };
  const byKey = new Map<string, number[]>();
  for (const row of found) {
    const key = String(row.key);
    const number = headerOf(row, 'number');
    if (number === undefined || !expected.has(key)) findings.strange.push(`${key} at ${row.partition}@${row.offset}`);
    else byKey.set(key, [...(byKey.get(key) ?? []), Number(number)]);
  }
  for (const [key, numbers] of expected) compareKey(numbers, byKey.get(key) ?? [], findings);
  return findings;
}

interface Growing {
  readonly lost: number[];
  readonly duplicated: number[];
  readonly disordered: number[];
  readonly strange: string[];
}

function compareKey(expected: readonly number[], found: readonly number[], findings: Growing): void {
  const place = new Map(expected.map((number, index) => [number, index]));
  const left = new Map<number, number>();
  for (const number of expected) left.set(number, (left.get(number) ?? 0) + 1);
  const seen = new Set<number>();
  let furthest = -1;
  for (const number of found) {
    const at = place.get(number);
    if (at === undefined) {
      findings.strange.push(`number ${number}`);
      continue;
    }
    const due = left.get(number) ?? 0;
    left.set(number, due - 1);
    if (due <= 0) findings.duplicated.push(number);
    if (!seen.has(number) && at < furthest) findings.disordered.push(number);
    seen.add(number);
    furthest = Math.max(furthest, at);
  }
  for (const [number, missing] of left) for (let n = 0; n < missing; n++) findings.lost.push(number);
}

interface OutputValue {
  readonly key: string;
  readonly window: { readonly start: string };
  readonly n: number;
  readonly sum: number;
}

function stateIn({ value }: Row): readonly [string, string] {
  const { key, window, n, sum } = JSON.parse(String(value)) as OutputValue;
  return [windowName(key, Date.parse(window.start)), stateOf(n, sum)];
}

/** The last output of every window. */
export function lastOutputs(out: readonly Row[]): WindowStates {
  return new Map(out.map(stateIn));
}

/** The output of every window that counts most: after repeats, an earlier one may follow it. */
export function largestOutputs(out: readonly Row[]): WindowStates {
  const largest = new Map<string, string>();
  for (const [name, state] of out.map(stateIn)) {
    if (countOf(state) > countOf(largest.get(name))) largest.set(name, state);
  }
  return largest;
}

/** Outputs that are not what their record makes of its window. */
export function wrongOutputs(outputs: ReadonlyMap<number, readonly string[]>, out: readonly Row[]): string[] {
  const seen = new Map<number, number>();
  return out.flatMap((row) => {
    const number = Number(headerOf(row, 'number'));
    const due = outputs.get(number) ?? [];
    const time = seen.get(number) ?? 0;
    seen.set(number, time + 1);
    const expected = due[Math.min(time, due.length - 1)];
    const found = stateIn(row).join(' ');
    if (found === expected) return [];
    const place = `number ${number} at ${row.partition}@${row.offset}`;
    return [`${place}: ${expected ?? 'nothing'} expected, ${found} found`];
  });
}

const IDENTITY = '\0tapline.changelog';
const OWN = 0xff;

/** What a changelog says in the end: its keys end with the start of the window as eight bytes, big-endian. */
export function changelogStates(rows: readonly Row[]): WindowStates {
  const states = new Map<string, string>();
  for (const { key, value } of rows) {
    if (key === null || key[0] === OWN || String(key) === IDENTITY) continue;
    const name = windowName(key.toString('utf8', 0, key.length - 8), Number(key.readBigUInt64BE(key.length - 8)));
    if (value === null) states.delete(name);
    else states.set(name, stateInChangelog(value));
  }
  return states;
}

function stateInChangelog(value: Buffer): string {
  const { count, ...sums } = JSON.parse(String(value)) as Record<string, number>;
  return stateOf(count ?? NaN, Object.values(sums)[0] ?? NaN);
}

/** Windows that differ, with what was expected and what was found. */
export function differences(expected: WindowStates, found: WindowStates): string[] {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names]
    .filter((name) => expected.get(name) !== found.get(name))
    .map(
      (name) => `${name}: ${expected.get(name) ?? 'no such window'} expected, ${found.get(name) ?? 'nothing'} found`,
    );
}

/** Windows that fewer records were counted in than there were. */
export function undercounted(expected: WindowStates, found: WindowStates): string[] {
  return [...expected]
    .filter(([name, state]) => countOf(found.get(name)) < countOf(state))
    .map(([name, state]) => `${name}: ${state} expected, ${found.get(name) ?? 'nothing'} found`);
}

function countOf(state: string | undefined): number {
  return Number(state?.split(' ')[0] ?? 0);
}

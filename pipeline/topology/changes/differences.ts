import { formatDuration } from '../duration.ts';
import type { Plan } from '../plan.ts';
import { formatSize } from '../size.ts';

/** Of the plan of a part: what follows from its name, and what is told in other words. */
const DERIVED = new Set([
  'name',
  'was',
  'code',
  'group',
  'deadLetterTopic',
  'changelogs',
  'stateMeaning',
  'positions',
  'mode',
  'endless',
  'live',
  'secrets',
]);
const LONGEST_VALUE = 60;

/** What differs between two plans of a part, in the words of the file: `with.minScore: 0.5 -> 0.3`. */
export function differences(before: object, after: object): readonly string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter((key) => !DERIVED.has(key));
  return [
    ...keys.flatMap((key) => valueDifferences(key === 'options' ? 'with' : key, old.get(key), now.get(key))),
    ...codeDifference(old.get('code'), now.get('code')),
  ];
}

/** Where another module takes its place, that is the difference. */
function codeDifference(before: unknown, after: unknown): readonly string[] {
  return before === undefined || after === undefined || before === after ? [] : ['code changed'];
}

/** A worker knows how large its dead letters may be, which follows from what it reads. */
export function deadLetterDifferences(
  from: DeadLettered,
  to: DeadLettered,
  { before, after }: { readonly before: Plan | null; readonly after: Plan },
): readonly string[] {
  const [old, now] = [maxBytesOf(before, from), maxBytesOf(after, to)];
  return old === now ? [] : [`largest dead letter: ${formatSize(old)} -> ${formatSize(now)}`];
}

interface DeadLettered {
  readonly deadLetterTopic: string;
}

function maxBytesOf(plan: Plan | null, { deadLetterTopic }: DeadLettered): number {
  return plan?.topics.find(({ name }) => name === deadLetterTopic)?.maxMessageBytes ?? 0;
}

/** Whether two values are the same JSON, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return valueDifferences('', a, b).length === 0;
}

function valueDifferences(path: string, before: unknown, after: unknown): readonly string[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => valueDifferences(inner(path, key), before[key], after[key]));
  }
  if (JSON.stringify(canonical(before)) === JSON.stringify(canonical(after))) return [];
  return [`${path.replace(/Ms$/, '')}: ${shown(path, before)} -> ${shown(path, after)}`];
}

/** A stage with one output says `to: topic`. */
function inner(path: string, key: string): string {
  return path === 'to' && key === 'default' ? path : `${path}.${key}`;
}

function shown(path: string, value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'number' && path.endsWith('Ms')) return formatDuration(value);
  if (typeof value === 'number' && /(^|\.)bytes$/i.test(path)) return formatSize(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isMap(value)) return value ?? null;
  const entries = Object.entries(value).filter(([, inside]) => inside !== undefined && inside !== null);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inside]) => [key, canonical(inside)]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

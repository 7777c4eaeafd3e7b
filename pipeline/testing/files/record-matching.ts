import { differences, type Difference } from './value-matching.ts';

/** What a record is matched by: `key`, `value`, `headers` and the like; what is absent is not looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** A record that was found, and the queue in whose order it stands. */
export interface FoundRecord {
  readonly queue: number;
  readonly fields: Fields;
}

/** One thing that is not as expected. */
export type Mismatch =
  | {
      readonly kind: 'different';
      readonly index: number;
      readonly expected: Fields;
      readonly found: Fields;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: 'missing'; readonly index: number; readonly expected: Fields }
  | { readonly kind: 'unexpected'; readonly found: Fields }
  /** All are there, in another order within a queue. */
  | { readonly kind: 'order'; readonly expected: readonly Fields[]; readonly found: readonly Fields[] };

/** Up to so many ways to spread the expected over the found records are tried. */
const MOST_TRIES = 20_000;

/**
 * How the records found are not those expected; empty where they are. Within a queue order matters, between queues it
 * does not: any way to interleave them will do.
 */
export function mismatches(expected: readonly Fields[], found: readonly FoundRecord[]): readonly Mismatch[] {
  const queues = new Map<number, Fields[]>();
  for (const { queue, fields } of found) queues.set(queue, [...(queues.get(queue) ?? []), fields]);
  const all = [...queues.values()];
  if (expected.length === found.length && fits(expected, all)) return [];
  const told = align(expected, found);
  return told.length > 0 ? told : [{ kind: 'order', expected, found: found.map(({ fields }) => fields) }];
}

/** Whether the queues can be interleaved to what is expected. */
function fits(expected: readonly Fields[], queues: readonly (readonly Fields[])[]): boolean {
  const hopeless = new Set<string>();
  let tries = 0;
  const from = (index: number, heads: readonly number[]): boolean => {
    const wanted = expected[index];
    if (wanted === undefined) return true;
    const place = heads.join();
    if (hopeless.has(place) || ++tries > MOST_TRIES) return false;
    for (const [queue, head] of heads.entries()) {
      const next = queues[queue]?.[head];
      if (next && differencesOf(wanted, next).length === 0 && from(index + 1, heads.with(queue, head + 1))) return true;
    }
    hopeless.add(place);
    return false;
  };
  return from(
    0,
    queues.map(() => 0),
  );
}

/** What belongs together most likely: equal ones first, then the most alike of what is left, in order. */
function align(expected: readonly Fields[], found: readonly FoundRecord[]): readonly Mismatch[] {
  const left = [...found];
  const unmet: { readonly index: number; readonly wanted: Fields }[] = [];
  for (const [index, wanted] of expected.entries()) {
    const at = left.findIndex(({ fields }) => differencesOf(wanted, fields).length === 0);
    if (at >= 0) left.splice(at, 1);
    else unmet.push({ index, wanted });
  }
  const told = unmet.map(({ index, wanted }): Mismatch => {
    const [nearest] = left
      .map(({ fields }, at) => ({ at, fields, differing: differencesOf(wanted, fields) }))
      .sort((a, b) => weight(a.differing) - weight(b.differing) || a.at - b.at);
    if (!nearest) return { kind: 'missing', index, expected: wanted };
    left.splice(nearest.at, 1);
    return { kind: 'different', index, expected: wanted, found: nearest.fields, differences: nearest.differing };
  });
  const unexpected = left.map(({ fields }): Mismatch => ({ kind: 'unexpected', found: fields }));
  return [...told, ...unexpected];
}

/** A record of another key is further away than one of other values. */
function weight(differing: readonly Difference[]): number {
  return differing.reduce((sum, { path }) => sum + (path === 'key' ? 100 : 1), 0);
}

function differencesOf(wanted: Fields, fields: Fields): Difference[] {
  return Object.keys(wanted).flatMap((name) => differences(name, wanted[name], fields[name]));
}

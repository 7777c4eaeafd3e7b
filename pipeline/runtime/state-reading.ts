import { UserError } from '../errors/pipeline-error.ts';
import type { KeyValueStore, WindowStore } from '../ports/store.ts';
import type { Plan } from '../topology/plan.ts';

/** What somebody wants to know of a store while it is in use. */
export interface StateQuery {
  /** This key alone; all keys when left out. */
  readonly key?: string;
  /** Keys from this one on, and before that one. */
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

export interface StateEntry {
  readonly partition: number;
  readonly key: string;
  /** Start of the window, milliseconds since 1970 UTC; absent in key-value stores. */
  readonly startMs?: number;
  readonly value: unknown;
}

/** The entries of one task's store that a query asks for; those of windows by time, others by key. */
export function readEntries(store: KeyValueStore | WindowStore, query: StateQuery): Omit<StateEntry, 'partition'>[] {
  const entries: Omit<StateEntry, 'partition'>[] = [];
  for (const entry of 'fetch' in store ? windowEntries(store, query) : keyEntries(store, query)) {
    if (entries.length >= query.limit) break;
    entries.push(entry);
  }
  return entries;
}

function* keyEntries(store: KeyValueStore, { key, from, to }: StateQuery): Iterable<Omit<StateEntry, 'partition'>> {
  if (key !== undefined) {
    const value = store.get(key);
    if (value !== undefined) yield { key, value };
    return;
  }
  const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  for (const [found, value] of store.range(bounds)) yield { key: found, value };
}

function* windowEntries(store: WindowStore, { key, from, to }: StateQuery): Iterable<Omit<StateEntry, 'partition'>> {
  const all =
    key === undefined ? store.fetchAll(0, Number.MAX_SAFE_INTEGER) : store.fetch(key, 0, Number.MAX_SAFE_INTEGER);
  for (const { key: found, startMs, value } of all) {
    if ((from !== undefined && found < from) || (to !== undefined && found >= to)) continue;
    yield { key: found, startMs, value };
  }
}

/** Order of entries that several tasks gave. */
export function byTimeAndKey(a: StateEntry, b: StateEntry): number {
  const byTime = (a.startMs ?? 0) - (b.startMs ?? 0);
  return byTime === 0 ? (a.key < b.key ? -1 : 1) : byTime;
}

/** The error for a store that a topology does not have, naming those it has. */
export function storeUnknown({ name, stages }: Plan, stage: string, store: string): UserError {
  const known = stages.flatMap((one) => Object.keys(one.changelogs).map((each) => `${one.name} ${each}`)).join(', ');
  const sentence = `topology "${name}" has no store "${store}" in a stage "${stage}"; there are: ${known || 'none'}`;
  return new UserError('STORE_UNREADABLE', sentence);
}

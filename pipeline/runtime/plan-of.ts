import { FatalError } from '../errors/pipeline-error.ts';

/** The entry of a plan with this name. */
export function planOf<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  { name }: { readonly name: string },
): Entry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw new FatalError('INTERNAL', `the plan has no "${name}"; this is a bug, please report it`);
}

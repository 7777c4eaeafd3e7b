import { Refusal } from './refusal.ts';

/** The query by name. @throws Refusal 400 where a name is unknown, given twice or empty. */
export function readQuery(url: URL, known: readonly string[]): Partial<Record<string, string>> {
  const query: Partial<Record<string, string>> = {};
  for (const [name, value] of url.searchParams) {
    if (!known.includes(name))
      throw new Refusal(400, `unknown parameter "${name}"; ${url.pathname} takes ${known.join(', ')}`);
    if (query[name] !== undefined) throw new Refusal(400, `parameter "${name}" is given twice; give it once`);
    if (value === '') throw new Refusal(400, `parameter "${name}" is empty; give it a value or leave it out`);
    query[name] = value;
  }
  return query;
}

const PLAIN = /^(?:\$|(?:\$\.)?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)$/;
const WORDS_OF_JSONATA = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/** What `followPath` says where only JSONata knows the value. */
export const UNDECIDED = Symbol('undecided');

/** The names of a plain path such as `a.b.c`, `$.a` or `$`; null where an expression is more than that. */
export function parsePlainPath(text: string): readonly string[] | null {
  const trimmed = text.trim();
  if (!PLAIN.test(trimmed)) return null;
  const names = trimmed.split('.').filter((name) => name !== '$');
  return names.some((name) => WORDS_OF_JSONATA.has(name)) ? null : names;
}

/** The value a plain path leads to, as JSONata finds it; UNDECIDED where a list lies on the way or at its end. */
export function followPath(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const name of path) {
    if (Array.isArray(value)) return UNDECIDED;
    if (typeof value !== 'object' || value === null) return undefined;
    if ('_jsonata_lambda' in value || '_jsonata_function' in value) return UNDECIDED;
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return Array.isArray(value) ? UNDECIDED : value;
}

/** One place where two values differ; undefined where one of them has nothing. */
export interface ValueDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Every place where two pieces of JSON data differ, the deepest that can be named: `a.b`, `a.list[2]`. */
export function jsonDifferences(path: string, before: unknown, after: unknown): ValueDifference[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      jsonDifferences(`${path}[${index}]`, before[index], after[index]),
    ).flat();
  }
  if (isMapping(before) && isMapping(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => jsonDifferences(`${path}.${name}`, before[name], after[name]));
  }
  return before === after ? [] : [{ path, before, after }]; // 0 and -0 are one number in JSON
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { writtenAs, type Variable } from '../topology/variables.ts';

/** A secret and what stands for it. */
export interface Secret {
  readonly variable: Variable;
  readonly value: string;
}

/** Puts what stands for each secret in its place. */
export type Redact = (text: string) => string;

/** Shorter ones are looked for as whole words: they would be found within others by chance. */
const SHORT = 6;

/** Leaves texts as they are. */
export const redactNothing: Redact = (text) => text;

/**
 * Hides these secrets in any text: as they are, as JSON and addresses write them, and each line of those with several.
 */
export function redactor(secrets: readonly Secret[]): Redact {
  const shownAs = new Map<string, string>();
  for (const { variable, value } of secrets)
    for (const form of formsOf(value)) if (!shownAs.has(form)) shownAs.set(form, writtenAs(variable));
  if (shownAs.size === 0) return redactNothing;
  const longestFirst = [...shownAs.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(patternOf).join('|'), 'g');
  return (text) => text.replace(pattern, (form) => shownAs.get(form) ?? form);
}

function formsOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= SHORT);
  const forms = [value, ...lines].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
  ]);
  return forms.filter((form) => form.trim() !== '');
}

function patternOf(form: string): string {
  const literal = form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return form.length < SHORT ? `(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])` : literal;
}

/** Hides secrets in an error, which stays the one it is, and in what has caused it. */
export function redactError<Thrown>(error: Thrown, redact: Redact, seen = new Set<unknown>()): Thrown | string {
  if (typeof error === 'string') return redact(error);
  if (!(error instanceof Error) || seen.has(error)) return error;
  seen.add(error);
  const { message, stack } = error;
  if (redact(message) !== message) define(error, 'message', redact(message));
  if (stack !== undefined && redact(stack) !== stack) define(error, 'stack', redact(stack));
  for (const [key, value] of Object.entries(error)) {
    const hidden = redactDeep(value, redact, seen);
    if (hidden !== value) define(error, key, hidden);
  }
  if (error.cause !== undefined) define(error, 'cause', redactDeep(error.cause, redact, seen));
  return error;
}

/** Hides secrets in plain data and in the errors among it. */
export function redactDeep(value: unknown, redact: Redact, seen = new Set<unknown>()): unknown {
  if (typeof value === 'string') return redact(value);
  if (value instanceof Error) return redactError(value, redact, seen);
  if (typeof value !== 'object' || value === null || seen.has(value)) return value;
  seen.add(value);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, redact, seen));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactDeep(inner, redact, seen)]));
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}

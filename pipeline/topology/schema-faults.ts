import type { z } from 'zod';
import type { Path } from './located.ts';
import { descriptionAt, keysAt } from './schema-tree.ts';
import { didYouMean, listed } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** One thing a schema says against a value, in our words. */
export interface SchemaFault {
  readonly kind: 'unknown' | 'missing' | 'invalid' | 'name';
  /** Of the value, or of the key for `unknown` and `name`. */
  readonly path: Path;
  /** `is 0; it must be at least 1`, to be put behind the name of the thing; a whole sentence for `name`. */
  readonly message: string;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  array: 'a list',
};

/** What stands for the value at a path that is not to be shown. */
export type HiddenAt = (path: Path) => string | undefined;

interface Judged {
  readonly schema: z.core.$ZodType;
  readonly root: unknown;
  readonly hiddenAt: HiddenAt;
}

/** What is wrong with a value by its schema; empty when nothing is. */
export function schemaFaults(
  schema: z.core.$ZodType,
  value: unknown,
  hiddenAt: HiddenAt = () => undefined,
): readonly SchemaFault[] {
  const result = (schema as z.ZodType).safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => faultsOf(issue, { schema, root: value, hiddenAt }));
}

function faultsOf(issue: Issue, judged: Judged): readonly SchemaFault[] {
  const { schema, root, hiddenAt } = judged;
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({ kind: 'unknown', path: [...path, key], message: unknownKey(key, known) }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ kind: 'name', path, message }];
  }
  const value = valueAt(root, path);
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch) return branch.flatMap((inner) => faultsOf({ ...inner, path: [...path, ...inner.path] }, judged));
  }
  if (value === undefined) {
    const description = descriptionAt(schema, path);
    return [{ kind: 'missing', path, message: description === undefined ? '' : ` (${lowerFirst(description)})` }];
  }
  const isAboutParts = issue.code === 'custom' && isObject(value);
  const problem = isAboutParts ? 'does not fit together' : `is ${hiddenAt(path) ?? shown(value)}`;
  return [{ kind: 'invalid', path, message: `${problem}; ${mendOf(issue, value)}` }];
}

function unknownKey(key: string, known: readonly string[]): string {
  return didYouMean(key, known, known.length === 0 ? 'remove it' : `known are ${listed(known)}`);
}

function mendOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return ownMessage(issue) ?? `it must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return mendOfChoice(issue.values.map(String), value);
    case 'too_small':
      return `it must ${limit('at least', issue.origin, { bound: issue.minimum, inclusive: issue.inclusive })}`;
    case 'too_big':
      return `it must ${limit('at most', issue.origin, { bound: issue.maximum, inclusive: issue.inclusive })}`;
    case 'invalid_union':
      return mendOfUnion(issue.errors, issue.message);
    default:
      return ownMessage(issue) ?? lowerFirst(issue.message);
  }
}

/** Messages of our own begin with "must"; zod's begin with "Invalid". */
function ownMessage({ message }: Issue): string | undefined {
  return message.startsWith('must ') ? `it ${message}` : undefined;
}

function mendOfChoice(values: readonly string[], value: unknown): string {
  const choice =
    values.length === 1 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
  return typeof value === 'string' ? didYouMean(value, values, `it must be ${choice}`) : `it must be ${choice}`;
}

interface Bound {
  readonly bound: number | bigint;
  readonly inclusive: boolean | undefined;
}

function limit(words: 'at least' | 'at most', origin: string, { bound, inclusive }: Bound): string {
  if (origin === 'string' && Number(bound) === 1) return 'not be empty';
  if (origin === 'string') return `have ${words} ${bound} characters`;
  if (origin === 'array' || origin === 'set') return `have ${words} ${bound} ${Number(bound) === 1 ? 'item' : 'items'}`;
  if (inclusive !== false) return `be ${words} ${bound}`;
  return `be ${words === 'at least' ? 'more' : 'less'} than ${bound}`;
}

function mendOfUnion(branches: readonly (readonly Issue[])[], fallback: string): string {
  const types = branches.flatMap(([first]) =>
    first?.code === 'invalid_type' ? [TYPE_WORDS[first.expected] ?? first.expected] : [],
  );
  return types.length === branches.length && types.length > 0
    ? `it must be ${types.join(' or ')}`
    : lowerFirst(fallback);
}

/** The branch of a union whose outer type fits the value: its faults are the ones to tell. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

/** Names that begin with several capitals, such as JSONata, keep them. */
function lowerFirst(text: string): string {
  if (/^\p{Lu}{2}/u.test(text)) return text;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

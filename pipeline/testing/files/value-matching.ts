import { ExpectedPicture } from './picture-matching.ts';

/** One place where a value is not as expected. */
export interface Difference {
  /** `value.items[2].sku` */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

interface Mapping {
  readonly [key: string]: unknown;
}

type Matcher = (argument: unknown, found: unknown, whole: Mapping) => boolean;

/** `{ $near: 3.14, within: 0.01 }` and the like, in place of a value. */
const MATCHERS: Readonly<Record<string, Matcher>> = {
  $any: (_, found) => found !== undefined,
  $absent: (_, found) => found === undefined,
  $matches: (pattern, found) => new RegExp(String(pattern), 'u').test(String(found)),
  $near: (number, found, { within = 1e-6 }) =>
    typeof found === 'number' && Math.abs(found - Number(number)) <= Number(within),
  $atLeast: (number, found) => typeof found === 'number' && found >= Number(number),
  $atMost: (number, found) => typeof found === 'number' && found <= Number(number),
  $exactly: (value, found) => same(value, found),
};

/** Where a value is not as expected: of mappings only what the expected one names is looked at, lists have one length. */
export function differences(path: string, expected: unknown, found: unknown): Difference[] {
  if (expected instanceof ExpectedPicture) return expected.differences(path, found);
  if (isMapping(expected)) {
    const [name] = Object.keys(expected);
    const matcher = name === undefined ? undefined : MATCHERS[name];
    if (name !== undefined && matcher)
      return matcher(expected[name], found, expected) ? [] : [difference(path, expected, found)];
    if (!isMapping(found)) return [difference(path, expected, found)];
    return Object.keys(expected).flatMap((key) => differences(`${path}.${key}`, expected[key], found[key]));
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return [difference(path, expected, found)];
    return expected.flatMap((item, index) => differences(`${path}[${index}]`, item, found[index]));
  }
  return expected === found ? [] : [difference(path, expected, found)];
}

/** A value in one line. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Buffer.isBuffer(value)) return bytesIn(value);
  return JSON.stringify(value, (_, inside: unknown) => (isBytes(inside) ? bytesIn(inside.data) : inside));
}

function bytesIn({ length }: { readonly length: number }): string {
  return `<${length} bytes>`;
}

/** What a Buffer has become on its way to JSON. */
function isBytes(value: unknown): value is { readonly data: readonly number[] } {
  return isMapping(value) && value['type'] === 'Buffer' && Array.isArray(value['data']);
}

function difference(path: string, expected: unknown, found: unknown): Difference {
  return { path, expected: shownValue(expected), found: shownValue(found) };
}

function same(one: unknown, other: unknown): boolean {
  if (isMapping(one) && isMapping(other)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]));
  }
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  return one === other;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

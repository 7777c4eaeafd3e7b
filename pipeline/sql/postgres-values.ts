import type { CustomTypesConfig } from 'pg';

type Parse = (text: string) => unknown;

const EXACT_DIGITS = 15;

/** Types of PostgreSQL, by their numbers in `pg_type`, of which JSON has something better than text. */
const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [16, (text) => text === 't'],
  [20, integerOrText],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, finiteOrText],
  [701, finiteOrText],
  [1700, decimalOrText],
  [17, (text) => Buffer.from(text.slice('\\x'.length), 'hex').toString('base64')],
  [114, JSON.parse],
  [3802, JSON.parse],
  [1114, isoTime],
  [1184, (text) => isoTime(text).replace(/\+00$/, 'Z')],
]);

/** Lists that the library reads: of booleans, integers, texts, floats, decimals and JSON. */
const LISTS: ReadonlySet<number> = new Set([1000, 1005, 1007, 1009, 1015, 1021, 1022, 199, 3807]);

/** How columns are read: as JSON tells them without loss, times in ISO 8601 with all their digits. */
export function postgresTypes(library: CustomTypesConfig): CustomTypesConfig {
  const parserOf = (type: number): Parse =>
    LISTS.has(type) ? (library.getTypeParser as (type: number) => Parse)(type) : (PARSERS.get(type) ?? String);
  return { getTypeParser: parserOf as CustomTypesConfig['getTypeParser'] };
}

function integerOrText(text: string): unknown {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

function finiteOrText(text: string): unknown {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function decimalOrText(text: string): unknown {
  return text.replace(/\D/g, '').replace(/^0+/, '').length <= EXACT_DIGITS ? finiteOrText(text) : text;
}

function isoTime(text: string): string {
  return text.replace(' ', 'T');
}

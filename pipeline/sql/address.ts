import { resolve } from 'node:path';
import { z } from 'zod';

const EXPECTED = 'must be sqlite:path/to/file.db or postgres://user@host:5432/database';

/** Options `url` and `password` of whatever has to do with a database. */
export const databaseOptions = {
  url: z
    .string()
    .regex(/^(sqlite:[^:?#]+|postgres(ql)?:\/\/.+)$/, { error: EXPECTED })
    .describe(
      'Database: `sqlite:shop.db` (a path relative to the folder of the topology file) or `postgres://user@host:5432/database`; `?sslmode=` as libpq knows it.',
    ),
  password: z
    .string()
    .min(1)
    .optional()
    .describe('Password of PostgreSQL, whatever characters are in it. Write it as ${secret:NAME}. Default: none.'),
};

/** Option that names a table. */
export const tableOption = z
  .string()
  .regex(/^[^.\0"]{1,63}(\.[^.\0"]{1,63})?$/, { error: 'must be a table, or schema.table, without quotes' });

/** Option that names a column. */
export const columnOption = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[^\0]+$/, { error: 'must not hold the character 0' });

/** Option that names columns: one, or a list. */
export const columnsOption = z
  .union([columnOption, z.array(columnOption).min(1)], { error: 'must be a column, or a list of columns' })
  .meta({ title: 'columns' });

/** Where a database is. */
export interface DatabaseAddress {
  readonly dialect: 'sqlite' | 'postgres';
  /** File of SQLite, or what PostgreSQL is connected with, its password included. */
  readonly target: string;
  /** How it is told to users. */
  readonly shown: string;
}

interface Place {
  readonly url: string;
  readonly password?: string | undefined;
  readonly baseDirectory: string;
}

/** Whether the text of option `url` can be read. */
export function isAddress(url: string): boolean {
  return url.startsWith('sqlite:') || URL.canParse(url);
}

/** Reads the options of an address. */
export function databaseAddress({ url, password, baseDirectory }: Place): DatabaseAddress {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    return { dialect: 'sqlite', target: resolve(baseDirectory, path), shown: `sqlite:${path}` };
  }
  const target = new URL(url);
  if (password !== undefined) target.password = encodeURIComponent(password);
  const shown = new URL(url);
  shown.password = '';
  shown.search = '';
  return { dialect: 'postgres', target: target.href, shown: shown.href };
}

/** A list of columns, however it was written. */
export function columnList(columns: string | readonly string[] | undefined): readonly string[] {
  if (columns === undefined) return [];
  return typeof columns === 'string' ? [columns] : columns;
}

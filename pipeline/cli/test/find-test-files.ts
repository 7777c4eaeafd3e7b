import { stat } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import { UserError } from '../../errors/pipeline-error.ts';

const PATTERN = '**/*.test.yaml';
const IGNORED = ['**/node_modules/**', '**/dist/**', '**/.*/**'];

/** The test files that files, folders and patterns name. @throws UserError TEST_NOT_FOUND */
export async function findTestFiles(given: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all((given.length > 0 ? given : ['.']).map(filesOf));
  return [...new Set(found.flat())].sort();
}

async function filesOf(given: string): Promise<readonly string[]> {
  const entry = await stat(given).catch(() => null); // absent: it may be a pattern
  if (entry?.isFile()) return [given];
  const files = entry
    ? (await glob(PATTERN, { cwd: given, ignore: IGNORED })).map((file) => (given === '.' ? file : `${given}/${file}`))
    : await glob(given, { ignore: IGNORED });
  if (files.length > 0) return files;
  const what = entry ? `there is no *.test.yaml below ${given}` : `there is no file ${given}`;
  throw new UserError('TEST_NOT_FOUND', `${what}; write one as docs/testing.md shows, or correct the path`);
}

import { PipelineError, messageOf } from '../../errors/pipeline-error.ts';
import { placeOfValue, type Path } from '../../topology/located.ts';
import type { Place } from '../../topology/finding.ts';
import type { Fields, Mismatch } from './record-matching.ts';
import type { TestFile } from './read-test-file.ts';
import { shownValue, type Difference } from './value-matching.ts';

const TELLING = ['key', 'value', 'code', 'message'];

/** One thing that a test expected otherwise. */
export interface TestFailure extends Place {
  /** One sentence. */
  readonly message: string;
  /** What was expected and what was found, line by line. */
  readonly details: readonly string[];
}

/** A failure at a place of a test file. */
export function failureAt({ root }: TestFile, path: Path, told: Pick<TestFailure, 'message' | 'details'>): TestFailure {
  return { ...placeOfValue(root, path), ...told };
}

/** What a step itself has thrown. */
export function thrownIn(test: TestFile, path: Path, error: unknown): TestFailure {
  const code = error instanceof PipelineError ? `${error.code} ` : '';
  return failureAt(test, path, { message: `${code}${messageOf(error)}`, details: [] });
}

/** A record list that is not as expected. `path` is that of the list, `where` names what holds the records. */
export function mismatchFailure(
  test: TestFile,
  { path, where }: { readonly path: Path; readonly where: string },
  mismatch: Mismatch,
): TestFailure {
  switch (mismatch.kind) {
    case 'different': {
      const { index, expected, found } = mismatch;
      const message = `record ${index + 1} of ${where} is not as expected`;
      const shown = named(found, ['key', 'value', ...Object.keys(expected)]);
      const details = [...mismatch.differences.map(differenceLine), ...versus(expected, shown)];
      return failureAt(test, [...path, index], { message, details });
    }
    case 'missing': {
      const { index, expected } = mismatch;
      const message = `record ${index + 1} of ${where} is missing`;
      return failureAt(test, [...path, index], { message, details: [`- ${shownValue(expected)}`] });
    }
    case 'unexpected':
      return failureAt(test, path, {
        message: `a record of ${where} is not expected`,
        details: [`+ ${shownValue(named(mismatch.found))}`],
      });
    case 'order':
      return failureAt(test, path, {
        message: `the records of ${where} have another order within their partitions`,
        details: [
          ...mismatch.expected.map((fields) => `- ${shownValue(fields)}`),
          ...mismatch.found.map((fields) => `+ ${shownValue(named(fields, [...TELLING, 'partition']))}`),
        ],
      });
  }
}

/** `value.sum: expected 3, found 4` */
export function differenceLine({ path, expected, found }: Difference): string {
  return `${path}: expected ${expected}, found ${found}`;
}

/** What was expected and what was found. */
export function versus(expected: unknown, found: unknown): readonly string[] {
  return [`- ${shownValue(expected)}`, `+ ${shownValue(found)}`];
}

/** Of a record so much as tells what it is; dead letters have a code and a message. */
function named(fields: Fields, names: readonly string[] = TELLING): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

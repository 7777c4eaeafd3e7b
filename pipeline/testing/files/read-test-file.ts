import { dirname, join } from 'node:path';
import { UserError } from '../../errors/pipeline-error.ts';
import { readTopologyText } from '../../registry/read-text.ts';
import type { TopologyRequest } from '../../registry/read-topology.ts';
import { errorAt, sortFindings, type Finding } from '../../topology/finding.ts';
import { placeOfKey, placeOfValue, plainValue, type LocatedMap } from '../../topology/located.ts';
import { parseTopology } from '../../topology/parse.ts';
import { schemaFaults, type SchemaFault } from '../../topology/schema-faults.ts';
import { testFileSpec, type TestFileSpec } from './spec.ts';

/** A test file that says what it means. */
export interface TestFile {
  readonly file: string;
  readonly spec: TestFileSpec;
  /** Where everything in it stands. */
  readonly root: LocatedMap;
  /** The topology under test: a file, or the text that stands here; and the files laid over it. */
  readonly topology: Pick<TopologyRequest, 'file' | 'text' | 'overlays'>;
}

/** A test file with errors; the message is all findings, one a line. */
export class TestFileInvalidError extends UserError {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super('TEST_INVALID', findings.map(({ text }) => text).join('\n'));
    this.findings = findings;
  }
}

/** Reads and checks a test file. @throws TestFileInvalidError with every finding; UserError where it cannot be read. */
export async function readTestFile(file: string): Promise<TestFile> {
  return parseTestFile(await readTopologyText(file), file);
}

/** The same of a text. @throws TestFileInvalidError */
export function parseTestFile(text: string, file: string): TestFile {
  const { root, findings } = parseTopology(text, file, { thing: 'test file', begin: 'topology: and tests:' });
  const faults = findings.map((finding) => invalidAt(finding, finding.message));
  const isReadable = !findings.some(({ code }) => code === 'TOPOLOGY_YAML' || code === 'TOPOLOGY_TOO_LARGE');
  if (isReadable) faults.push(...schemaFaults(testFileSpec, plainValue(root)).map((fault) => findingOf(fault, root)));
  if (faults.length > 0) throw new TestFileInvalidError(sortFindings(faults));
  const spec = testFileSpec.parse(plainValue(root));
  return { file, spec, root, topology: topologyOf([spec.topology].flat(), file, root) };
}

/** A text of several lines is the topology itself; its lines keep their numbers. */
function topologyOf(
  [given = '', ...overlays]: readonly string[],
  file: string,
  root: LocatedMap,
): TestFile['topology'] {
  const beside = (path: string): string => join(dirname(file), path);
  const over = { overlays: overlays.map(beside) };
  if (!given.includes('\n')) return { file: beside(given), ...over };
  return { file, text: `${'\n'.repeat(placeOfValue(root, ['topology']).line)}${given}`, ...over };
}

function findingOf({ kind, path, message }: SchemaFault, root: LocatedMap): Finding {
  const { thing, key } = subjectOf(path, root);
  switch (kind) {
    case 'unknown':
      return invalidAt(placeOfKey(root, path), `${thing} has no key "${key}"; ${message}`);
    case 'missing':
      return invalidAt(placeOfKey(root, path), `${thing} lacks "${key}"; add it${message}`);
    case 'name':
    case 'invalid':
      return invalidAt(placeOfValue(root, path), `${thing}${key === '' ? '' : `: ${key}`} ${message}`);
  }
}

/** Cuts a path into the test, or step of it, and the key inside. */
function subjectOf(path: SchemaFault['path'], root: LocatedMap): { readonly thing: string; readonly key: string } {
  const [section, test, steps, step, ...rest] = path;
  if (section !== 'tests' || test === undefined) return { thing: 'the file', key: path.map(String).join('.') };
  const plain = plainValue(root) as { readonly tests?: readonly { readonly name?: unknown }[] };
  const name = plain.tests?.[Number(test)]?.name;
  const thing = typeof name === 'string' ? `test "${name}"` : `test ${Number(test) + 1}`;
  if (steps !== 'steps' || step === undefined) return { thing, key: path.slice(2).map(String).join('.') };
  return { thing: `step ${Number(step) + 1} of ${thing}`, key: rest.map(String).join('.') };
}

function invalidAt({ file, line, column }: Pick<Finding, 'file' | 'line' | 'column'>, message: string): Finding {
  return errorAt({ file, line, column }, { code: 'TEST_INVALID', message });
}

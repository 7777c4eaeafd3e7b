import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors/pipeline-error.ts';
import { nearest } from '../../topology/suggest.ts';

/** Root of this package, seen from dist/pipeline/cli/examples. */
const packageRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/** A lesson that comes with tapline: a folder with a topology, its tests and a page. */
export interface Example {
  readonly name: string;
  /** What it teaches, in one line: the heading of its README after the name. */
  readonly summary: string;
  /** What to look at while it runs: the line of its README that begins so. */
  readonly lookAt: string;
  readonly topology: string;
  readonly command: string;
}

/** All examples, in the order of their names. */
export async function findExamples(): Promise<readonly Example[]> {
  const entries = await readdir(join(packageRoot, 'examples'), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(names.sort().map(readExample));
}

/** @throws UserError ARGUMENT_INVALID where there is none of this name. */
export async function findExample(name: string): Promise<Example> {
  const examples = await findExamples();
  const found = examples.find((example) => example.name === name);
  if (found) return found;
  const names = examples.map((example) => example.name);
  const meant = nearest(name, names);
  const mend = meant === undefined ? `there are ${names.join(', ')}` : `did you mean "${meant}"?`;
  throw new UserError('ARGUMENT_INVALID', `there is no example "${name}"; ${mend}`);
}

async function readExample(name: string): Promise<Example> {
  const folder = join(packageRoot, 'examples', name);
  const page = await readFile(join(folder, 'README.md'), 'utf8');
  const isHere = join(process.cwd(), '/') === join(packageRoot, '/');
  return {
    name,
    summary: /^# [\w-]+: (.+)$/m.exec(page)?.[1] ?? '',
    lookAt: /^(Look at .+)$/m.exec(page)?.[1] ?? '',
    topology: join(folder, 'topology.yaml'),
    command: isHere ? `npm run example ${name}` : `npx tapline examples run ${name}`,
  };
}

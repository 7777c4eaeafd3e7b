import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { taplineDependency } from '../../pipeline/cli/init/dependency.ts';
import { TEMPLATES } from '../../pipeline/cli/init/templates.ts';
import { version } from '../../pipeline/cli/version.ts';
import { emptyDirectory, projectRoot, tapline } from '../integration/topology-run.ts';
import { checkTopology } from '../../pipeline/registry/read-topology.ts';

async function ended(directory: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  const run = await tapline({ args, directory });
  const code = await run.ended;
  return { code, text: run.lines.join('\n').replaceAll(directory, '.') };
}

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: unknown;
}

async function manifestIn(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

describe('tapline init', () => {
  test('writes a project, depends on the tapline that wrote it, and tells what to do next', async () => {
    const directory = await emptyDirectory();

    const { code, text } = await ended(directory, 'init', 'orders', '--dir', 'My Shop');

    const folder = join(directory, 'My Shop');
    expect(code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual([
      '.gitignore',
      '.npmrc',
      'README.md',
      'orders.jsonl',
      'package.json',
      'processors',
      'topology.test.yaml',
      'topology.yaml',
      'tsconfig.json',
    ]);
    const { name, dependencies } = await manifestIn(folder);
    expect(name).toBe('my-shop');
    expect(dependencies).toEqual({ tapline: expect.stringMatching(/^file:(\.\.\/)+.*[^/]$/) as string });
    expect(text).toMatch(/^orders is in \.\/My Shop, and depends on tapline file:/);
    expect(text).toMatch(/Next:\n {2}cd "My Shop"\n {2}npm install\n {2}npm test /);
  });

  test('asks for the versions of TypeScript and its companions that tapline itself is made with', async () => {
    const template = await manifestIn('templates/common');
    const own = await manifestIn('.');

    const ownVersions = { ...own.dependencies, ...own.devDependencies };
    for (const [name, range] of Object.entries(template.devDependencies))
      expect([name, range]).toEqual([name, ownVersions[name]]);
    expect(template.engines).toEqual(own.engines);
  });

  test('writes over nothing, and lists what is in the way', async () => {
    const directory = await emptyDirectory();
    await writeFile(join(directory, 'topology.yaml'), 'mine');
    await writeFile(join(directory, '.gitignore'), 'mine');

    const { code, text } = await ended(directory, 'init');

    expect(text).toBe(
      'error PROJECT_FILES_EXIST . has .gitignore, topology.yaml already, and nothing was written; take them away, or choose another folder (--dir) or name',
    );
    expect(code).toBe(2);
    expect(await readdir(directory)).toHaveLength(2);
    expect(await readFile(join(directory, 'topology.yaml'), 'utf8')).toBe('mine');
  });

  test.each([
    [['ordres'], 'error ARGUMENT_INVALID there is no template "ordres"; did you mean "orders"?'],
    [['x'], 'error ARGUMENT_INVALID there is no template "x"; choose one of events, orders, iot and video'],
    [
      ['events', '--dir', 'file/in'],
      expect.stringMatching(/^error PROJECT_UNWRITABLE nothing can be written into .*file/) as string,
    ],
  ])('tells what is wrong with init %j', async (args, expected) => {
    const directory = await emptyDirectory();
    await writeFile(join(directory, 'file'), '');

    expect(await ended(directory, 'init', ...args)).toEqual({ code: 2, text: expected });
  });

  test.each([
    ['a tarball', 'file:../x/tapline-0.1.0.tgz', 'file:../x/tapline-0.1.0.tgz'],
    ['a folder', 'file:../x', 'file:../x'],
    ['a registry', 'https://registry.example/tapline-0.1.0.tgz', `^${version()}`],
    ['nobody knows where', undefined, `^${version()}`],
  ])('depends on a tapline from %s as npm would', async (_, resolved, expected) => {
    const directory = await emptyDirectory();
    const installed = join(directory, 'npx/node_modules/tapline');
    for (const folder of [installed, join(directory, 'x'), join(directory, 'project')])
      await mkdir(folder, { recursive: true });
    await writeFile(join(directory, 'x/tapline-0.1.0.tgz'), '');
    const lock = { packages: { 'node_modules/tapline': { resolved } } };
    await writeFile(join(installed, '../.package-lock.json'), JSON.stringify(lock));

    expect(await taplineDependency(join(directory, 'project'), installed)).toBe(expected);
  });
});

describe('the templates', () => {
  test.each(Object.keys(TEMPLATES))('%s has a topology of 10 to 32 lines that lint finds nothing in', async (name) => {
    const file = join('templates', name, 'topology.yaml');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');

    expect(await checkTopology({ file })).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(lines.length).toBeLessThanOrEqual(32);
  });

  test('pass their tests', async () => {
    const { code, text } = await ended(projectRoot, 'test', 'templates');

    expect(text).toMatch(/\n\d+ passed$/);
    for (const name of Object.keys(TEMPLATES)) expect(text).toContain(`templates/${name}/topology.test.yaml`);
    expect(code).toBe(0);
  });
});

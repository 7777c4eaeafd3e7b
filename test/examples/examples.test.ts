import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTopology } from '../../pipeline/registry/read-topology.ts';
import { projectRoot, tapline } from '../integration/topology-run.ts';

const folder = join(projectRoot, 'examples');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

describe.each(names)('example %s', (name) => {
  const file = join(folder, name, 'topology.yaml');
  const page = readFileSync(join(folder, name, 'README.md'), 'utf8');

  test('bears the name of its folder, and lint finds nothing in it', async () => {
    const { plan, findings } = await readTopology({ file, set: [] });

    expect(findings).toEqual([]);
    expect(plan.name).toBe(name);
  });

  test('is short: at most thirty lines beside comments', () => {
    const lines = readFileSync(file, 'utf8').split('\n');

    expect(lines.filter((line) => !/^\s*(#|$)/.test(line)).length).toBeLessThanOrEqual(30);
  });

  test('has a page that says what it teaches, how to run it and what to look at', () => {
    expect(page).toMatch(new RegExp(`^# ${name}: .{10,100}$`, 'm'));
    expect(page).toContain(`npm run example ${name}`);
    expect(page).toMatch(/^Look at .{10,}$/m);
  });
});

test('the tests of all examples pass, and each has some', { timeout: 240_000 }, async () => {
  const run = await tapline({ args: ['test', 'examples'], directory: projectRoot });

  const code = await run.ended;

  expect(run.lines.filter((line) => !line.includes('✓'))).toEqual([
    ...names.map((name) => `examples/${name}/${name}.test.yaml`),
    expect.stringMatching(/^\d+ passed$/),
  ]);
  expect(code).toBe(0);
});

describe('tapline examples', () => {
  test('lists every example with what it teaches and the command that runs it', async () => {
    const run = await tapline({ args: ['examples', '--json'] });
    await run.ended;

    const listed = JSON.parse(run.lines.join('\n')) as { name: string; summary: string; command: string }[];
    expect(listed.map(({ name }) => name)).toEqual(names);
    expect(listed.map(({ command }) => command)).toEqual(names.map((name) => `npx tapline examples run ${name}`));
    expect(listed.filter(({ summary }) => summary === '')).toEqual([]);
  });

  test('in the folder of tapline itself, the command is the short one', async () => {
    const run = await tapline({ args: ['examples'], directory: projectRoot });
    await run.ended;

    expect(run.lines.map((line) => line.trim())).toContain('npm run example cat-facts');
  });

  test('names the one that is meant where there is none of a name', async () => {
    const run = await tapline({ args: ['examples', 'run', 'cat-fact'] });

    expect(await run.ended).toBe(2);
    expect(run.lines.at(-1)).toMatch(/ARGUMENT_INVALID there is no example "cat-fact"; did you mean "cat-facts"\?/);
  });
});

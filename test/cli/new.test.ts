import { spawn } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tapline } from '../integration/topology-run.ts';
import { topologyFolder } from '../registry/topology-folder.ts';

async function ended(directory: string, ...args: string[]): Promise<{ code: number | null; lines: readonly string[] }> {
  const run = await tapline({ args, directory });
  return { code: await run.ended, lines: run.lines };
}

async function nodeTest(directory: string, file: string): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--test', file], { cwd: directory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += String(bytes)));
  await new Promise((resolve) => child.once('close', resolve));
  return output;
}

/** The lines that `new` tells to add, with the topics named. */
function wiringIn(lines: readonly string[]): string {
  const start = lines.findIndex((line) => line.startsWith('To run it'));
  const told = lines.slice(start + 1).map((line) => line.slice(2));
  return told.join('\n').replace('INPUT-TOPIC', 'in').replace('OUTPUT-TOPIC', 'out');
}

describe('tapline new', () => {
  test('makes a processor whose test passes, and tells the lines that put it into a topology', async () => {
    const folder = await topologyFolder({});

    const { code, lines } = await ended(folder, 'new', 'processor', 'red-lights');

    expect(lines).toEqual([
      'wrote processors/red-lights.test.yaml',
      'wrote processors/red-lights.ts',
      '',
      'Its test passes, and tells how it is meant:',
      '  npx tapline test processors/red-lights.test.yaml',
      '',
      'To run it, add to topology.yaml, with topics of yours:',
      '',
      '  stages:',
      '    red-lights: { from: INPUT-TOPIC, process: red-lights, to: OUTPUT-TOPIC }',
    ]);
    expect(code).toBe(0);
    expect((await ended(folder, 'test')).lines.at(-1)).toBe('2 passed');
    await writeFile(join(folder, 'topology.yaml'), `name: t\ntopics: { in: {} }\n${wiringIn(lines)}\n`);
    expect((await ended(folder, 'lint')).lines).toEqual(['topology.yaml is fine']);
  });

  test.each([
    ['source', 'sources/ticks'],
    ['sink', 'sinks/ticks'],
  ])('makes a %s with its test', async (kind, path) => {
    const folder = await topologyFolder({});

    const { lines } = await ended(folder, 'new', kind, 'ticks');

    expect(lines).toContain(`wrote ${path}.ts`);
    expect(lines).toContain(`  npx tsx --test ${path}.test.ts`);
    expect(await nodeTest(folder, `${path}.test.ts`)).toMatch(/# pass 1|ℹ pass 1/);
    await writeFile(
      join(folder, 'topology.yaml'),
      `name: t\ntopics: { ${kind === 'sink' ? 'in' : 'out'}: {} }\n${wiringIn(lines)}\n`,
    );
    expect((await ended(folder, 'lint')).lines).toEqual(['topology.yaml is fine']);
  });

  test('a test of the new processor that expects something else fails', async () => {
    const folder = await topologyFolder({});
    await ended(folder, 'new', 'processor', 'greet');
    const file = join(folder, 'processors/greet.ts');
    await writeFile(file, (await readFile(file, 'utf8')).replace('value.name', 'value.name.length'));

    const { code, lines } = await ended(folder, 'test');

    expect(lines).toContain('      value.text: expected "hello Ada", found "hello 3"');
    expect(code).toBe(1);
  });

  test('writes over nothing', async () => {
    const folder = await topologyFolder({ 'processors/price.ts': 'mine' });

    const { code, lines } = await ended(folder, 'new', 'processor', 'price');

    expect(lines.join()).toMatch(
      /^error PROJECT_FILES_EXIST .* has processors\/price\.ts already, and nothing was written; take it away/,
    );
    expect(code).toBe(2);
    expect(await readdir(join(folder, 'processors'))).toEqual(['price.ts']);
  });

  test.each([
    ['processor', 'Price', /"Price" cannot be the name of a processor; give one of small letters/],
    ['source', '../shop', /"\.\.\/shop" cannot be the name of a source/],
    ['sink', '', /"" cannot be the name of a sink/],
    ['processor', 'resize', /processor "resize" is built in, .*choose another name/],
    [
      'processors',
      'price',
      /'processors' is invalid for argument 'kind'\. Allowed choices are processor, source, sink/,
    ],
  ])('refuses new %s "%s"', async (kind, name, message) => {
    const folder = await topologyFolder({});

    const { code, lines } = await ended(folder, 'new', kind, name);

    expect(lines.join('\n')).toMatch(message);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });
});

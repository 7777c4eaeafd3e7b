import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { unique } from './kafka/cluster.ts';
import { packed, type Packed } from './packed.ts';

const env = { KAFKA_BROKERS: inject('bootstrap') };
let tapline: Packed;

beforeAll(async () => {
  tapline = await packed();
});
afterAll(() => tapline.remove());

/** A project made by the package as it is published, lying where it finds that package. */
async function project(template: string): Promise<string> {
  const directory = join(tapline.folder, unique(template));
  const init = tapline.tapline(['init', template, '--dir', directory], { directory: tapline.folder });
  expect([await init.ended, init.lines[0]]).toEqual([0, expect.stringContaining(`${template} is in `)]);
  return directory;
}

test.each(['orders', 'iot', 'video'])(
  'a project made from %s lints, compiles and passes its tests',
  async (template) => {
    const directory = await project(template);

    const lint = await tapline.npm('lint', { directory });
    const tests = await tapline.npm('test', { directory });

    expect(lint).toEqual({ code: 0, text: 'topology.yaml is fine' });
    expect(tests.text).toMatch(/\n\d+ passed\n?/);
    expect(tests.code).toBe(0);
  },
);

test('so does one made from events, with a processor, a source and a sink that are new in it', async () => {
  const directory = await project('events');
  for (const kind of ['processor', 'source', 'sink'])
    expect(await tapline.tapline(['new', kind, `my-${kind}`], { directory }).ended).toBe(0);

  const lint = await tapline.npm('lint', { directory });
  const tests = await tapline.npm('test', { directory });

  expect(lint).toEqual({ code: 0, text: 'topology.yaml is fine' });
  expect(tests.text).toMatch(/✓ counts the visits of a page/);
  expect(tests.text).toMatch(/✓ greets everybody by name/);
  expect(tests.text).toMatch(/(# pass|ℹ pass) 2\n/);
  expect(tests.code).toBe(0);
});

test('a project with a type error says so, with the place', async () => {
  const directory = await project('orders');
  const file = join(directory, 'processors/price.ts');
  await writeFile(file, (await readFile(file, 'utf8')).replace('value.quantity *', 'value.quality *'));

  const { code, text } = await tapline.npm('lint', { directory });

  expect(text).toMatch(/processors\/price\.ts\(\d+,\d+\): error TS\d+: Property 'quality' does not exist/);
  expect(code).not.toBe(0);
});

test('a project made from orders runs: its records come out, and a dead letter tells the line of its TypeScript', async () => {
  const directory = await project('orders');
  const tag = unique('t');
  const topology = join(directory, 'topology.yaml');
  const text = await readFile(topology, 'utf8');
  await writeFile(
    topology,
    text.replace('name: orders', `name: ${tag}`).replaceAll(/\b(to|from|on): (\w)/g, `$1: ${tag}.$2`),
  );
  const processor = join(directory, 'processors/price.ts');
  const code = await readFile(processor, 'utf8');
  const thrower = "    if (value.item === 'bomb') throw new Error('no bombs');\n";
  await writeFile(processor, code.replace('    const total', `${thrower}    const total`));
  const up = tapline.tapline(['up', '--no-ui'], { directory, env });
  await up.line(/o-2: bob pays 144/);

  const bomb = '{"id":"o-8","customer":"eve","item":"bomb","quantity":5,"price":40}\n';
  await appendFile(join(directory, 'orders.jsonl'), `${bomb}${bomb.replace('bomb', 'lamp').replace('o-8', 'o-9')}`);

  await up.line(/o-9: eve pays 240/);
  const letters = tapline.tapline(['dlq', 'show', `${tag}.price`], { directory, env });
  expect(await letters.ended).toBe(0);
  const line = code.split('\n').findIndex((one) => one.includes('const total')) + 1;
  expect(letters.lines.join('\n')).toMatch(new RegExp(`no bombs\\n +at .*processors/price\\.ts:${line}:\\d+`));
  up.process.kill('SIGINT');
  expect(await up.ended).toBe(0);
});

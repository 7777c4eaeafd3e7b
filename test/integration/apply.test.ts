import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bootstrap,
  changing,
  countOf,
  countsOf,
  disordered,
  edit,
  env,
  numbers,
  pidsOf,
  planned,
  produce,
  run,
  started,
  steadyLoad,
  valuesOf,
  withModule,
  withTap,
} from './changing.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

test('adding a tap to what runs leaves every other worker alone, and plan has said so in less than two seconds', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  await edit(topology, withTap);

  const startedAt = performance.now();
  const told = await run(topology, 'plan', topology.file);
  const took = performance.now() - startedAt;
  const applied = await run(topology, 'apply', topology.file);

  expect(told.code).toBe(0);
  expect(told.lines.join('\n')).toMatch(/^\+ tap seen +created$/m);
  expect(took).toBeLessThan(2000);
  expect(applied.code).toBe(0);
  const { seen, ...others } = await pidsOf(topology);
  expect(seen).toHaveLength(1);
  expect(others).toEqual(before);
  expect(await planned(topology)).toEqual({ code: 0, topology: topology.name, running: true, changes: [] });
});

test('a stage whose options change restarts alone, and loses and repeats nothing', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  await produce(topology, 0, 500);
  await edit(topology, (text) => text.replace(/(pass: .*where: )'true'/, "$1'1 = 1'"));

  const { code, lines } = await run(topology, 'apply', topology.file);
  await produce(topology, 500, 1000);

  expect(code).toBe(0);
  expect(lines.join('\n')).toContain('with.where: true -> 1 = 1');
  const after = await pidsOf(topology);
  expect(after['pass']).not.toEqual(before['pass']);
  expect({ ...after, pass: null }).toEqual({ ...before, pass: null });
  await until(async () => (await valuesOf(topology, 'frames.passed')).length >= 1000, { what: 'all records' });
  const passed = await valuesOf(topology, 'frames.passed');
  expect(passed.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
});

test('taps that come and go under load cost the stages no record, and none is repeated', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  const load = await steadyLoad(topology);

  const codes: (number | null)[] = [];
  for (let round = 0; round < 8; round++) {
    await edit(topology, round % 2 === 0 ? withTap : (text) => text.slice(0, text.indexOf('taps:')));
    codes.push((await run(topology, 'apply', topology.file)).code);
  }
  const total = await load.end();

  expect(codes).toEqual(codes.map(() => 0));
  expect(await pidsOf(topology)).toEqual(before);
  for (const name of ['frames.passed', 'frames.others']) {
    await until(async () => (await valuesOf(topology, name)).length >= total, { what: `all of ${name}` });
    const values = await valuesOf(topology, name);
    expect(disordered(values)).toEqual([]);
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => n));
  }
});

test('stages that are added and removed leave the others alone; one that comes back goes on where it was', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  const more = (text: string): string =>
    `${text}  more: { from: frames.numbers, process: filter, to: frames.more, with: { where: 'true' } }\n`;
  await produce(topology, 0, 100);

  const original = await readFile(topology.file, 'utf8');
  await edit(topology, more);
  const added = await run(topology, 'apply', topology.file);
  await until(async () => (await valuesOf(topology, 'frames.more')).length === 100, { what: 'the records before it' });
  await writeFile(topology.file, original);
  const removed = await run(topology, 'apply', topology.file);
  const between = await pidsOf(topology);
  await produce(topology, 100, 200);
  await edit(topology, more);
  await run(topology, 'apply', topology.file);
  await until(async () => (await valuesOf(topology, 'frames.more')).length >= 200, { what: 'the records after it' });

  expect([added.code, removed.code]).toEqual([0, 0]);
  expect(removed.lines.join('\n')).toMatch(/^- stage more +removed, offsets kept$/m);
  expect(between).toEqual(before);
  expect(new Set(await valuesOf(topology, 'frames.more')).size).toBe(200);
  expect((await valuesOf(topology, 'frames.more')).length).toBe(200);
});

test('a stage that is renamed goes on with its offsets and its state, in what runs and at the next up', async () => {
  const topology = await started();
  await produce(topology, 0, 100);
  await until(async () => (await countOf(topology)) === 10, { what: 'ten of each key' });

  await edit(topology, (text) => text.replace('  count:\n', '  tally:\n    was: count\n'));
  const told = await planned(topology);
  const { code } = await run(topology, 'apply', topology.file);
  await produce(topology, 100, 200);
  await until(async () => (await countOf(topology)) >= 20, { what: 'twenty of each key' });

  expect([told.code, code]).toEqual([0, 0]);
  expect(told.changes.find(({ of }) => of === 'stage')).toMatchObject({
    name: 'tally',
    what: 'renamed',
    offsets: 'kept',
    state: 'rebuilt',
  });
  expect(await topology.up.stop()).toBe(0);
  await edit(topology, (text) => text.replace('  tally:\n    was: count\n', '  sums:\n    was: tally\n'));
  const again = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await again.line(/"sums" goes on where "tally" was/);
  await produce(topology, 200, 300);
  await until(async () => (await countOf(topology)) >= 30, { what: 'thirty of each key' });
  expect(await countOf(topology)).toBe(30);
  expect(await readAll(bootstrap, topology.topic('frames.counts'))).toHaveLength(300);
});

test('what would destroy state is refused with its name, done when that is allowed, and the state begins empty', async () => {
  const topology = await started();
  await produce(topology, 0, 100);
  await until(async () => (await countOf(topology)) === 10, { what: 'ten of each key' });
  const before = await pidsOf(topology);
  await edit(topology, (text) => text.replace('compute', 'window: { type: tumbling, size: 3650d }, compute'));
  const windows = await planned(topology);
  expect(windows.code).toBe(0); // windows are kept in other stores
  await run(topology, 'apply', topology.file);
  await edit(topology, (text) => text.replace('3650d', '3649d'));

  const told = await planned(topology);
  const refused = await run(topology, 'apply', topology.file);
  const untouched = await pidsOf(topology);
  const resets = told.changes.flatMap(({ name, destroys }) => (destroys === null ? [] : [name]));
  const allowed = await run(topology, 'apply', topology.file, ...resets.flatMap((name) => ['--allow', name]));
  await produce(topology, 100, 110);
  await until(async () => (await countsOf(topology)).length >= 110, { what: 'counts of the new window' });

  expect([told.code, refused.code, allowed.code]).toEqual([3, 3, 0]);
  expect(resets).toEqual(['count.windows', 'count.clock']);
  expect(refused.lines.join('\n')).toMatch(/^CHANGE_NOT_ALLOWED .*--allow count.windows --allow count.clock/);
  expect(untouched['count']).not.toEqual(before['count']);
  expect((await countsOf(topology)).filter((n) => n === 1)).toHaveLength(20); // ten keys, before and after
});

test('a change that cannot start is taken back, and the rest never notices', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  const broken = join(import.meta.dirname, 'processors/unstartable.ts');
  await edit(topology, (text) => text.replace(/(pass: .*process: )filter(.*), with: .*/, `$1${broken}$2 }`));

  const { code, lines } = await run(topology, 'apply', topology.file);
  await produce(topology, 0, 50);

  expect(code).toBe(2);
  expect(lines.join('\n')).toMatch(/CHANGE_TAKEN_BACK stage "pass" could not start: .*no luck.*all runs as before/);
  const after = await pidsOf(topology);
  expect({ ...after, pass: null }).toEqual({ ...before, pass: null });
  await until(async () => (await valuesOf(topology, 'frames.passed')).length === 50, {
    what: 'what the old stage makes',
  });
});

test('up --watch applies what is saved, and leaves what is wrong or destructive', async () => {
  const topology = await started('--watch');
  await edit(topology, withTap);
  await topology.up.line(/^applied: .*created/);
  await edit(topology, (text) => text.replace('process: aggregate', 'process: aggregat'));
  await topology.up.line(/topology.yaml is not applied: TOPOLOGY_INVALID/);

  expect(Object.keys(await pidsOf(topology)).sort()).toEqual(['count', 'other', 'pass', 'seen']);
});

test('an edited processor, or a file it imports, restarts the stages that use it alone, drained', async () => {
  const topology = await withModule();
  const before = await pidsOf(topology);
  await produce(topology, 0, 200);
  expect(await planned(topology)).toMatchObject({ code: 0, changes: [] });

  await writeFile(join(topology.directory, 'processors/factor.ts'), 'export const factor = 1000;');
  const told = await run(topology, 'plan', topology.file);
  const { code } = await run(topology, 'apply', topology.file);
  await produce(topology, 200, 300);

  expect(told.lines.join('\n')).toMatch(
    /^~ stage pass +changed, offsets kept\n +code changed\n +restarts, drained\n1 changed$/m,
  );
  expect(code).toBe(0);
  const after = await pidsOf(topology);
  expect(after['pass']).not.toEqual(before['pass']);
  expect({ ...after, pass: null }).toEqual({ ...before, pass: null });
  await until(async () => (await valuesOf(topology, 'frames.passed')).length >= 300, { what: 'all records' });
  const passed = (await valuesOf(topology, 'frames.passed')).sort((a, b) => a - b);
  expect(passed).toEqual([...numbers(0, 200), ...numbers(200, 300).map((n) => n * 1000)]);
  expect((await run(topology, 'apply', topology.file)).lines).toEqual(['nothing to change']);
});

test('up --watch restarts the stages whose processor is saved, and leaves them when it does not compile', async () => {
  const topology = await withModule('--watch');
  const before = await pidsOf(topology);
  const factor = join(topology.directory, 'processors/factor.ts');

  await writeFile(factor, 'export const factor = ;');
  await topology.up.line(/is not applied: TOPOLOGY_INVALID .*times\.ts does not load: Unexpected ";"/);
  expect(await pidsOf(topology)).toEqual(before);
  const times = join(topology.directory, 'processors/times.ts');
  const text = await readFile(times, 'utf8');
  await writeFile(factor, 'export const factor = 1;');
  await writeFile(times, text.replace('process: (', "create: () => { throw new RangeError('no luck'); }, was: ("));
  await topology.up.line(/CHANGE_TAKEN_BACK stage "pass" could not start: .*no luck; it stands still and the rest/);
  const applied = (): number => topology.up.lines.filter((line) => line.startsWith('applied: 1 changed')).length;
  await writeFile(times, text);
  await until(() => applied() === 1, { what: 'the code as it was' });
  await writeFile(factor, 'export const factor = 10;');
  await until(() => applied() === 2, { what: 'the new factor' });
  await produce(topology, 1, 2);

  await until(async () => (await valuesOf(topology, 'frames.passed')).length > 0, { what: 'the record' });
  expect(await valuesOf(topology, 'frames.passed')).toEqual([10]);
  const after = await pidsOf(topology);
  expect({ ...after, pass: null }).toEqual({ ...before, pass: null });
});

test('apply of what does not run says so, and plan tells what up would do', async () => {
  const topology = await uniqueTopology(changing);

  const applied = await run(topology, 'apply', topology.file);
  const told = await run(topology, 'plan', topology.file);

  expect(applied.code).toBe(2);
  expect(applied.lines.join('\n')).toMatch(/CHANGE_IMPOSSIBLE .*does not run in this folder.*npm run topology:up/);
  expect(told.code).toBe(0);
  expect(told.lines[0]).toBe('nothing runs; npm run topology:up would do this:');
});

test('a change whose supervisor is killed halfway is whole after the next up', async () => {
  const topology = await started();
  await produce(topology, 0, 100);
  await until(async () => (await countOf(topology)) === 10, { what: 'ten of each key' });
  const { count = [] } = await pidsOf(topology);
  await edit(topology, (text) => text.replace('  count:\n', '  tally:\n    was: count\n'));

  const apply = await tapline({ args: ['apply', topology.file], env, directory: topology.directory });
  await until(() => !count.some(isThere), { what: 'the end of the old stage' });
  topology.up.process.kill('SIGKILL');
  expect(await apply.ended).toBe(1);
  await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await produce(topology, 100, 200);
  await until(async () => (await countsOf(topology)).length >= 200, { what: 'all counts' });

  expect(await countOf(topology)).toBe(20);
  expect((await run(topology, 'apply', topology.file)).lines).toEqual(['nothing to change']);
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

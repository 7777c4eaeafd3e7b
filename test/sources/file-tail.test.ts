import { appendFile, copyFile, mkdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QUIET_POLLS, idsOf, tailRun } from './tail-run.ts';
import { scratchFolders } from './scratch.ts';

const scratch = scratchFolders();

describe('file-tail', () => {
  it('sends a line when it has its end, and tells where it was', async () => {
    const folder = await scratch();
    const log = join(folder, 'app.log');
    await writeFile(log, 'first\r\n\nthi');
    const run = await tailRun(folder, new Map());

    expect(run.lines()).toEqual(['first', '']);
    await appendFile(log, 'rd\n');
    await run.poll();
    expect(run.lines()).toEqual(['third']);

    expect(run.records[2]).toMatchObject({ key: log, headers: { 'file-path': log, 'file-offset': '8' } });
    expect(run.records[2]!.headers['ce_id']).toMatch(/^camera-\d+-[0-9a-f]{16}-8\/camera$/);
    expect(run.records[0]!.headers['file-inode']).toBe(run.records[2]!.headers['file-inode']);
  });

  it('passes bytes on as they are, though they are no UTF-8', async () => {
    const folder = await scratch();
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x41]);
    await writeFile(join(folder, 'app.log'), Buffer.concat([bytes, Buffer.from('\n')]));

    const run = await tailRun(folder, new Map());

    expect(run.records[0]!.value).toEqual(bytes);
  });

  it('goes on after a restart where it has stopped, in a line too', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    await writeFile(join(folder, 'app.log'), 'one\ntwo\nthr');
    const before = await tailRun(folder, stored);
    await before.stop();
    await appendFile(join(folder, 'app.log'), 'ee\nfour\n');

    const after = await tailRun(folder, stored);

    expect([before.lines(), after.lines()]).toEqual([
      ['one', 'two'],
      ['three', 'four'],
    ]);
    expect(after.warnings).toEqual([]);
  });

  it('gives the same line the same ce_id however often it is read', async () => {
    const folder = await scratch();
    await writeFile(join(folder, 'app.log'), 'one\ntwo\n');
    const [first, second] = [await tailRun(folder, new Map()), await tailRun(folder, new Map())];

    expect(idsOf(first.records)).toEqual(idsOf(second.records));
    expect(new Set(idsOf(first.records)).size).toBe(2);
  });

  it('waits for a file that is not there yet, and reads it from its start whatever from says', async () => {
    const folder = await scratch();
    const run = await tailRun(folder, new Map(), { path: 'logs/app.log', from: 'end' });
    expect(run.warnings).toEqual(['no file is at logs/app.log yet; its lines are sent when there is one']);

    await mkdir(join(folder, 'logs'));
    await writeFile(join(folder, 'logs/app.log'), 'one\n');
    await run.poll();

    expect(run.lines()).toEqual(['one']);
  });

  it('begins with from: end at the line under way, and at the very first start only', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const options = { path: '*.log', from: 'end' };
    await writeFile(join(folder, 'a.log'), `${'old\n'.repeat(50_000)}under w`);
    const first = await tailRun(folder, stored, options);
    await first.stop();
    await appendFile(join(folder, 'a.log'), 'ay\nnew\n');
    await writeFile(join(folder, 'b.log'), 'born meanwhile\n');

    const second = await tailRun(folder, stored, options);

    expect(first.lines()).toEqual([]);
    expect(second.lines()).toEqual(['under way', 'new', 'born meanwhile']);
  });

  it('reads all files of a pattern, later ones too, under their own keys', async () => {
    const folder = await scratch();
    await writeFile(join(folder, 'b.log'), 'b1\n');
    await writeFile(join(folder, 'a.log'), 'a1\n');
    await writeFile(join(folder, 'a.txt'), 'none of ours\n');
    const run = await tailRun(folder, new Map(), { path: '*.log' });

    await writeFile(join(folder, 'c.log'), 'c1\n');
    await appendFile(join(folder, 'a.log'), 'a2\n');
    await run.poll();

    const told = run.records.map(({ key, value }) => [String(key).slice(folder.length), String(value)]);
    expect(told).toEqual([
      ['/a.log', 'a1'],
      ['/b.log', 'b1'],
      ['/a.log', 'a2'],
      ['/c.log', 'c1'],
    ]);
  });

  it('sets a line aside that is too long, and goes on behind it', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'app.log');
    await writeFile(log, `one\n${'x'.repeat(3000)}\ntwo\n${'y'.repeat(2000)}\n`);
    const run = await tailRun(folder, stored, { path: 'app.log', maxBytes: '1KB' });
    await run.stop();
    const again = await tailRun(folder, stored, { path: 'app.log', maxBytes: '1KB' });

    expect([run.lines(), again.lines()]).toEqual([['one', 'two'], []]);
    expect(run.deadLetters.map(({ raw, code }) => [raw.length, code])).toEqual([
      [1024, 'SOURCE_RECORD_TOO_LARGE'],
      [1024, 'SOURCE_RECORD_TOO_LARGE'],
    ]);
    expect(run.deadLetters[0]!.message).toBe(
      `the line at byte 4 of ${log} is longer than maxBytes (1KB); raise it or break the line`,
    );
    expect(again.deadLetters).toEqual([]);
  });
});

describe('file-tail and rotation', () => {
  it('reads a renamed file to its end, its last line without a newline too, and the new one from its start', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'app.log');
    await writeFile(log, 'one\n');
    const run = await tailRun(folder, stored);

    await appendFile(log, 'two\nthr');
    await rename(log, `${log}.1`);
    await writeFile(log, 'new\n');
    await run.poll();
    await appendFile(`${log}.1`, 'ee\nfour, with no end');
    await run.poll();
    expect(run.lines()).toEqual(['one', 'two', 'new', 'three']);
    await run.poll(QUIET_POLLS);

    expect(run.lines()).toEqual(['four, with no end']);
    expect(run.records.map(({ key }) => key)).toEqual(Array(5).fill(log));
    expect([...stored.keys()]).toHaveLength(2); // of the new file, and that the source has begun
  });

  it('finds a file under its new name that was rotated while nobody looked, and those that came and went since', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'app.log');
    await writeFile(`${log}.1`, 'long ago\n');
    await writeFile(log, 'one\n');
    await writeFile(`${log}-audit`, 'not ours\n');
    const before = await tailRun(folder, stored);
    await before.stop();
    await appendFile(log, 'two\n');
    await rename(`${log}.1`, `${log}.3`);
    await rename(log, `${log}.2`);
    await writeFile(`${log}.1`, 'three\n');
    for (const [file, seconds] of [
      ['.3', 10],
      ['.2', 20],
      ['.1', 30],
    ] as const)
      await utimes(log + file, seconds, seconds);
    await writeFile(log, 'four\n');
    await writeFile(`${log}.1.gz`, 'no lines\n');

    const after = await tailRun(folder, stored);
    await after.poll(QUIET_POLLS);

    expect([before.lines(), after.lines()]).toEqual([['one'], ['two', 'three', 'four']]);
    expect(new Set(after.records.map(({ key }) => key))).toEqual(new Set([log]));
    await after.stop();
    const again = await tailRun(folder, stored);
    expect(again.lines()).toEqual([]);
  });

  it('goes on with a file whose new name the pattern matches', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'app.log');
    await writeFile(log, 'one\n');
    const run = await tailRun(folder, stored, { path: 'app.log*' });

    await rename(log, `${log}.1`);
    await appendFile(`${log}.1`, 'two\n');
    await run.poll(QUIET_POLLS);
    await run.stop();
    await appendFile(`${log}.1`, 'three\n');
    const again = await tailRun(folder, stored, { path: 'app.log*' });

    expect([...run.lines(), ...again.lines()]).toEqual(['one', 'two', 'three']);
    expect(again.records[0]!.key).toBe(log);
  });

  it('reads what is left of a deleted file, and forgets it', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'app.log');
    await writeFile(log, 'one\n');
    const run = await tailRun(folder, stored);

    await appendFile(log, 'two\n');
    await rm(log);
    await run.poll(QUIET_POLLS + 1);

    expect(run.lines()).toEqual(['one', 'two']);
    expect([...stored.keys()]).toEqual(['begun']);
  });

  it('goes on with a file that was moved out of sight and comes back', async () => {
    const folder = await scratch();
    const log = join(folder, 'app.log');
    await mkdir(join(folder, 'away'));
    await writeFile(log, 'one\n');
    const run = await tailRun(folder, new Map());

    await rename(log, join(folder, 'away/app.log'));
    await run.poll(QUIET_POLLS + 1);
    await appendFile(join(folder, 'away/app.log'), 'two\n');
    await rename(join(folder, 'away/app.log'), log);
    await run.poll();

    expect(run.lines()).toEqual(['one', 'two']);
  });

  it('reads a file from its start that was emptied, says so, and takes its lines for new ones', async () => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'app.log');
    await writeFile(log, 'head\nfirst\n');
    const run = await tailRun(folder, stored);

    await copyFile(log, `${log}.1`);
    await truncate(log);
    await appendFile(log, 'head\n');
    await run.poll();

    expect(run.lines()).toEqual(['head', 'first', 'head']);
    expect(run.warnings).toEqual([`${log} was emptied or written over: it is read from its start`]);
    expect(new Set(idsOf(run.records)).size).toBe(3);
    expect(stored.size).toBe(2);
  });

  it.each([
    { when: 'while it is read', restart: false },
    { when: 'while nobody looked', restart: true },
  ])('tells a file that was written over with more than before, $when', async ({ restart }) => {
    const folder = await scratch();
    const stored = new Map<string, unknown>();
    const log = join(folder, 'report.csv');
    await writeFile(log, 'id,name\n1,anna\n');
    let run = await tailRun(folder, stored, { path: 'report.csv' });
    const ids = idsOf(run.records);
    if (restart) await run.stop();

    await writeFile(log, 'id,name\n2,bert\n3,carl\n');
    if (restart) run = await tailRun(folder, stored, { path: 'report.csv' });
    else await run.poll();

    expect(run.lines().slice(-3)).toEqual(['id,name', '2,bert', '3,carl']);
    expect(run.warnings).toHaveLength(1);
    expect(new Set([...ids, ...idsOf(run.records)]).size).toBe(5);
    expect(stored.size).toBe(2);
  });

  it('takes a line back that was under way and is cut off', async () => {
    const folder = await scratch();
    const log = join(folder, 'app.log');
    await writeFile(log, 'one\nhal');
    const run = await tailRun(folder, new Map());

    await truncate(log, 4);
    await run.poll();
    await appendFile(log, 'two\n');
    await run.poll();

    expect(run.lines()).toEqual(['one', 'two']);
    expect(run.warnings).toEqual([]);
  });
});

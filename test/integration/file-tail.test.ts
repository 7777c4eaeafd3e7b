import { appendFile, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createKafka } from '../../pipeline/kafka/index.ts';
import { headerText } from '../../pipeline/ports/record.ts';
import { silentLog } from '../runtime/stage-harness.ts';
import { like } from './dead-letters.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const TOTAL = 100_000;
const PIECE = 10_000;

const oneSource = `
name: tail
sources:
  log: { type: file-tail, to: frames.lines, with: { path: app.log, poll: 50ms } }
`;

/** Where a topic ends, what was rolled back included. */
function endOf(topic: string): () => Promise<number> {
  const admin = createKafka({ bootstrap: [bootstrap] }, { log: silentLog, clientId: 'test-admin' }).admin();
  onTestFinished(() => admin.close());
  return async () => {
    const [description] = await admin.describeTopics([topic]);
    return (description?.partitions ?? []).reduce((sum, { high }) => sum + Number(high), 0);
  };
}

/** The lines of files as they lie there, each with the inode of its file and the byte it begins at. */
async function linesIn(files: readonly string[]): Promise<readonly string[]> {
  const each = files.map(async (file) => {
    const [bytes, { ino }] = await Promise.all([readFile(file), stat(file)]);
    const lines: string[] = [];
    for (let at = 0, end = bytes.indexOf('\n'); end >= 0; at = end + 1, end = bytes.indexOf('\n', at))
      lines.push(`${ino} ${at} ${bytes.toString('utf8', at, end)}`);
    return lines;
  });
  return (await Promise.all(each)).flat();
}

test('what a source has read can be forgotten, while it runs too', async () => {
  const topology = await uniqueTopology(oneSource);
  const log = join(topology.directory, 'app.log');
  await appendFile(log, 'one\ntwo\n');
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  const reset = async (...args: string[]) => {
    const { ended, lines } = await tapline({ args: ['reset', ...args], env });
    return { code: await ended, text: lines.join('\n') };
  };
  const seen = async (count: number): Promise<readonly string[]> => {
    const lines = async () =>
      (await readAll(bootstrap, topology.topic('frames.lines'))).map(({ value }) => String(value));
    await until(async () => (await lines()).length >= count, { what: `${count} lines` });
    return lines();
  };
  await up.line(/metrics http/);
  expect(await seen(2)).toEqual(['one', 'two']);

  const dry = await reset(`${topology.name}.log`, '--forget', '--dry-run');
  expect(dry).toMatchObject({
    code: 0,
    text: like(/"offset":8.*\n2 positions .* none is forgotten/s),
  });
  const forgotten = await reset(`${topology.name}.log`, '--forget');
  expect(forgotten).toMatchObject({ code: 0, text: like(/\n2 positions of .*\.log forgotten/) });
  await appendFile(log, 'three\n');

  expect(await seen(5)).toEqual(['one', 'two', 'one', 'two', 'three']);
  expect(await reset(`${topology.name}.nothing`, '--forget')).toMatchObject({
    code: 2,
    text: like(/ARGUMENT_INVALID no source .*\.nothing has stored positions/),
  });
  expect(await reset(`${topology.name}.log`)).toMatchObject({
    code: 2,
    text: like(/ARGUMENT_INVALID say either --to, .*, or --forget/),
  });
  expect(await up.stop()).toBe(0);
});

test(
  'each line is sent once and in order, though the log is rotated and the source is killed again and again',
  { timeout: 240_000 },
  async () => {
    const topology = await uniqueTopology(oneSource);
    const log = join(topology.directory, 'app.log');
    const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
    await up.line(/metrics http/);
    const end = endOf(topology.topic('frames.lines'));
    const rotate = async (): Promise<void> => {
      await rename(`${log}.1`, `${log}.2`).catch(() => undefined); // there is none at first
      await rename(log, `${log}.1`);
    };
    const worker = async (): Promise<number> => {
      let pid: number | undefined;
      await until(async () => (pid = (await up.status()).sources[0]!.pids[0]) !== undefined, { what: 'a worker' });
      return pid!;
    };

    for (let piece = 0; piece * PIECE < TOTAL; piece++) {
      const text = Array.from({ length: PIECE }, (_, n) => `line ${piece * PIECE + n}\n`).join('');
      const cut = text.length - 3; // in the middle of a line
      const pid = await worker();
      await appendFile(log, text.slice(0, cut));
      await until(async () => (await end()) > piece * PIECE + PIECE / 10, { what: `a part of piece ${piece}` });
      if (piece % 2 === 1) process.kill(pid, 'SIGKILL');
      await appendFile(log, text.slice(cut));
      if (piece === 2 || piece === 5) await rotate();
    }
    const seen = async (): Promise<readonly string[]> =>
      (await readAll(bootstrap, topology.topic('frames.lines'))).map(({ value }) => String(value));
    await until(async () => (await end()) >= TOTAL && (await seen()).length >= TOTAL, { what: 'all lines' });

    expect(await seen()).toEqual(Array.from({ length: TOTAL }, (_, n) => `line ${n}`));
    const records = await readAll(bootstrap, topology.topic('frames.lines'));
    expect(new Set(records.map(({ headers }) => headerText(headers, 'ce_id'))).size).toBe(TOTAL);
    const places = records.map(({ value, headers }) => {
      const [inode, offset] = ['file-inode', 'file-offset'].map((name) => headerText(headers, name));
      return `${inode} ${offset} ${String(value)}`;
    });
    expect(places).toEqual(await linesIn([`${log}.2`, `${log}.1`, log]));
    expect(new Set(places.map((place) => place.split(' ')[0])).size).toBe(3);
    expect((await up.status()).sources[0]!.restarts).toBeGreaterThanOrEqual(5);
    expect(await up.stop()).toBe(0);
  },
);

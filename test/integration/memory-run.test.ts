import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { topologyFolder } from '../registry/topology-folder.ts';
import { emptyDirectory, tapline, type TopologyRun } from './topology-run.ts';
import { until } from './until.ts';

/** A broker that nobody may ask: these runs need none. */
const env = { KAFKA_BROKERS: '127.0.0.1:1', MARKER: 'hunter2-and-more' };

const STREET = `
name: street
sources:
  camera: { type: synthetic, to: frames.captured, with: { fps: 20, width: 320, height: 180 } }
stages:
  decode: { from: frames.captured, process: decode, to: frames.decoded, delivery: latest, maxAge: 5s }
  resize: { from: frames.decoded, process: resize, to: frames.resized, with: { width: 160 } }
  encode: { from: frames.resized, process: encode, to: frames.encoded }
taps:
  seen: { on: frames.encoded, sink: console }
  kept: { on: frames.encoded, sink: files, with: { directory: kept } }
`;

async function up(directory: string, ...args: readonly string[]): Promise<TopologyRun> {
  return tapline({ args: ['up', '--memory', '--no-ui', ...args], env, directory });
}

test('a topology runs in one process without a broker until Ctrl-C, and says what that means', async () => {
  const directory = await emptyDirectory();
  await writeFile(join(directory, 'topology.yaml'), STREET);

  const run = await up(directory);
  await run.line(/^camera seq 40 +160x90 image\/jpeg/);
  await until(async () => (await readdir(join(directory, 'kept'))).length >= 40, { what: 'pictures' });
  const status = await tapline({ args: ['status'], env, directory });
  expect(await status.ended).toBe(1);

  expect(await run.stop(), run.lines.join('\n')).toBe(0);
  expect(run.lines[0]).toBe(
    'memory topology "street" runs in memory, without a broker: nothing outside of this process can read or write its ' +
      'topics, status and apply do not see it, and nothing is kept when it stops',
  );
  expect(status.lines).toEqual(['nothing runs here; start it with npm run topology:up']);
  expect(run.lines.filter((line) => /warn|error/.test(line))).toEqual([]);
  const numbers = run.lines.flatMap((line) => /^camera seq (\d+) /.exec(line)?.[1] ?? []).map(Number);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('finite sources end it, with every record in every tap, state and both guarantees', async () => {
  const directory = await emptyDirectory();
  const topology = `
name: counts
sources: { in: { type: stdin, to: lines } }
stages:
  double: { from: lines, process: map, to: doubled, with: { select: "{ 'n': $number($) * 2 }" }, replicas: 2 }
  sums:
    from: doubled
    process: aggregate
    to: sums
    guarantee: exactly-once
    state: disk
    with: { groupBy: "'all'", emit: onUpdate, compute: { n: count, sum: { sum: n } } }
taps: { out: { on: sums, sink: files, with: { directory: out, format: jsonl } } }
`;
  await writeFile(join(directory, 'topology.yaml'), topology);

  const run = await up(directory, '--until-done');
  run.process.stdin?.end(Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join(''));

  expect(await run.ended, run.lines.join('\n')).toBe(0);
  expect(run.lines).toContain('  in: in 2000, out 2000, dead letters 0, dropped 0');
  expect(run.lines).toContain('  out: in 2000, out 2000, dead letters 0, dropped 0');
});

test('a part that fails begins anew, what it says is without secrets, and one that cannot go on ends it', async () => {
  const source = `
import { z } from 'zod';
import { defineSource } from 'tapline';
const lives = process as { lives?: number };
export default defineSource({
  name: 'feed', summary: 'Feeds.', produces: 'records', options: z.strictObject({ token: z.string() }),
  nature: () => ({ endless: true, live: false }),
  async *records({ token }, { log, clock, signal }) {
    lives.lives = (lives.lives ?? 0) + 1;
    console.log('life', lives.lives, token);
    if (lives.lives === 1) throw new Error('no line to ' + token);
    log.warn({}, 'fed with ' + token);
    yield { key: null, value: 'x', headers: {}, timestampMs: clock.nowMs() };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
});
`;
  const topology = `
name: shop
sources: { feed: { type: ./feed.ts, to: orders, with: { token: "\${secret:MARKER}" } } }
stages: { pay: { from: orders, process: filter, to: paid, with: { where: "$boolean($error('stop'))" }, onError: { retries: 0, then: fail } } }
`;
  const directory = await topologyFolder({ 'topology.yaml': topology, 'feed.ts': source });

  const run = await up(directory);

  expect(await run.ended, run.lines.join('\n')).toBe(1);
  expect(run.lines).toContain('life 1 ${secret:MARKER}');
  expect(run.lines).toContain('warn feed-0 failed (no line to ${secret:MARKER}); starting it again in 200 ms');
  expect(run.lines).toContain('feed-0 warn fed with ${secret:MARKER}');
  expect(run.lines.at(-1)).toMatch(/^error stage "pay" cannot go on: .*stop/);
  expect(run.lines.join('\n')).not.toContain('hunter2');
});

test('what needs a broker is refused beside it', async () => {
  const directory = await emptyDirectory();
  await writeFile(join(directory, 'topology.yaml'), STREET);

  const run = await up(directory, '--watch');

  expect(await run.ended).toBe(2);
  expect(run.lines.join('\n')).toContain("option '--memory' cannot be used with option '--watch'");
});

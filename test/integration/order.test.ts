import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { readAll, withoutRepeats } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const TOTAL = 3_000;
const KEYS = 20;
const BAD = Array.from({ length: TOTAL / 500 }, (_, n) => n * 500 + 7);

const aheadOfEachOther = (guarantee: string): string => `
name: ahead
topics:
  frames.numbers: { partitions: 2 }
stages:
  uneven:
    from: frames.numbers
    process: ${join(import.meta.dirname, 'processors/uneven.ts')}
    to: frames.out
    guarantee: ${guarantee}
    concurrency: 16
    order: key
    batch: { records: 200 }
    onError: { scope: key, backoff: 50ms }
`;

test('at-least-once, 16 at once, order of keys: killed again and again, nothing is lost and every key keeps its order', async () => {
  const topology = await uniqueTopology(aheadOfEachOther('at-least-once'));

  await runUnderKills(topology);

  const written = await readAll(bootstrap, topology.topic('frames.out'));
  const numbers = withoutRepeats(written).map(({ value }) => Number(value));
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbersWithout(BAD));
  expect(disordered(numbers)).toEqual([]);
  expect(new Set(await deadNumbers(topology))).toEqual(new Set(BAD));
});

test('exactly-once, 16 at once, order of keys: killed again and again, every record is there once', async () => {
  const topology = await uniqueTopology(aheadOfEachOther('exactly-once'));

  await runUnderKills(topology);

  const numbers = (await readAll(bootstrap, topology.topic('frames.out'))).map(({ value }) => Number(value));
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbersWithout(BAD));
  expect(disordered(numbers)).toEqual([]);
  expect((await deadNumbers(topology)).sort((a, b) => a - b)).toEqual(BAD);
});

async function runUnderKills(topology: UniqueTopology): Promise<void> {
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  const args = ['produce', topology.topic('frames.numbers'), '--key-separator', ':'];
  const produce = await tapline({ args, env });
  produce.process.stdin!.end(Array.from({ length: TOTAL }, (_, n) => `k${n % KEYS}:${n}\n`).join(''));

  const out = async (): Promise<number> =>
    new Set((await readAll(bootstrap, topology.topic('frames.out'))).map(({ value }) => Number(value))).size;
  for (const share of [0.2, 0.5, 0.8]) {
    await until(async () => (await out()) > TOTAL * share, { what: `${share} of all` });
    await killWorker(up);
  }
  await until(async () => (await out()) >= TOTAL - BAD.length, { what: 'all records' });
  await until(async () => (await deadNumbers(topology)).length >= BAD.length, { what: 'all dead letters' });
  expect((await up.status()).stages.every(({ restarts }) => restarts > 0)).toBe(true);
  expect(await up.stop()).toBe(0);
}

async function killWorker(up: TopologyRun): Promise<void> {
  const { stages } = await up.status();
  for (const { pids } of stages) for (const pid of pids) process.kill(pid, 'SIGKILL');
}

async function deadNumbers(topology: UniqueTopology): Promise<number[]> {
  const letters = await readAll(bootstrap, `${topology.name}.uneven.dlq`);
  return letters.map(({ value }) => Number(value));
}

function numbersWithout(absent: readonly number[]): number[] {
  return Array.from({ length: TOTAL }, (_, n) => n).filter((n) => !absent.includes(n));
}

/** Numbers that come before a smaller one of their key. */
function disordered(numbers: readonly number[]): number[] {
  const last = new Map<number, number>();
  return numbers.filter((number) => {
    const key = number % KEYS;
    const isBehind = number < (last.get(key) ?? -1);
    last.set(key, number);
    return isBehind;
  });
}

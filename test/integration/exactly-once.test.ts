import { expect, inject, test } from 'vitest';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const TOTAL = 4_000;

const twoStages = `
name: exact
defaults: { guarantee: exactly-once, partitions: 2, batch: { records: 50 } }
topics:
  frames.numbers: { partitions: 2 }
stages:
  first: { from: frames.numbers, process: map, to: frames.between, with: { select: "$" }, replicas: 2 }
  second: { from: frames.between, process: map, to: frames.out, with: { select: "$" } }
`;

test('with exactly-once, every record is in the output once and in order, though workers are killed again and again', async () => {
  const topology = await uniqueTopology(twoStages);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  const produce = await tapline({ args: ['produce', topology.topic('frames.numbers'), '--key', 'k'], env });
  produce.process.stdin!.end(Array.from({ length: TOTAL }, (_, n) => `${n}\n`).join(''));

  const seen = async (): Promise<string[]> =>
    (await readAll(bootstrap, topology.topic('frames.out'))).map(({ value }) => String(value));
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    await until(async () => (await seen()).length > TOTAL * share, { what: `${share} of all` });
    const { stages } = await up.status();
    for (const stage of stages) for (const pid of stage.pids.slice(0, 1)) process.kill(pid, 'SIGKILL');
  }
  await until(async () => (await seen()).length >= TOTAL, { what: 'all records' });

  expect(await seen()).toEqual(Array.from({ length: TOTAL }, (_, n) => String(n)));
  expect((await up.status()).stages.every(({ restarts }) => restarts > 0)).toBe(true);
  expect(await up.stop()).toBe(0);
});

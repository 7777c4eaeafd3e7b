import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNote } from '../../pipeline/broker/broker-note.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

/** No broker from outside: `up` has to start its own. */
const env = { KAFKA_BROKERS: undefined };

const passing = `
name: passing
topics:
  frames.numbers: { partitions: 1 }
stages:
  pass: { from: frames.numbers, process: filter, to: frames.passed, with: { where: 'true' } }
`;

test('a broker of ours that is killed is told of and started again, and the workers go on', async () => {
  const topology = await uniqueTopology(passing);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/^metrics /);
  await produce(topology, '1');
  const note = await readNote(join(topology.directory, '.tapline'));
  const bootstrap = `127.0.0.1:${note?.port}`;
  await until(async () => (await readAll(bootstrap, topology.topic('frames.passed'))).length === 1, {
    what: 'record 1',
  });

  process.kill(note!.pid!, 'SIGKILL');

  await up.line(/the broker has ended; starting it again/);
  await up.line(new RegExp(`the broker is back at ${bootstrap}`));
  await produce(topology, '2');
  await until(async () => (await readAll(bootstrap, topology.topic('frames.passed'))).length === 2, {
    what: 'record 2',
  });
  const { stages } = await up.status();
  expect(stages.map(({ restarts }) => restarts)).toEqual([0]);
  expect(await up.stop()).toBe(0);
  expect(await readNote(join(topology.directory, '.tapline'))).toBeNull();
});

async function produce(topology: UniqueTopology, line: string): Promise<void> {
  const args = ['produce', topology.topic('frames.numbers')];
  const run = await tapline({ args, env, directory: topology.directory });
  run.process.stdin!.end(`${line}\n`);
  expect(await run.ended).toBe(0);
}

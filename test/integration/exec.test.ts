import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { noPython } from '../processors/exec/python.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

const program = `
import json, os, sys, time
print('{"ready": true}', flush=True)
for line in sys.stdin:
    record = json.loads(line)
    n = record["value"]
    if n == -1:
        print("minus one is poison", file=sys.stderr, flush=True)
        os._exit(7)
    if n == -2:
        print("minus two takes for ever", file=sys.stderr, flush=True)
        time.sleep(3600)
    time.sleep(0.002)
    outputs = [{"value": {"n": n, "pid": os.getpid()}}]
    print(json.dumps({"id": record["id"], "outputs": outputs}), flush=True)
`;

const topologyOf = (stage: string): string => `
name: kit
topics:
  frames.numbers: { partitions: 1 }
stages:
  work: { from: frames.numbers, process: exec, to: frames.done, with: { command: python3 child.py, inFlight: 4, ready: 60s }, ${stage} }
`;

interface Working extends UniqueTopology {
  readonly up: TopologyRun;
}

async function started(stage: string): Promise<Working> {
  const topology = await uniqueTopology(topologyOf(stage));
  await writeFile(join(topology.directory, 'child.py'), program);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  return { ...topology, up };
}

async function produce(topology: UniqueTopology, numbers: readonly number[]): Promise<void> {
  const run = await tapline({ args: ['produce', topology.topic('frames.numbers'), '--key', 'k'], env });
  run.process.stdin!.end(numbers.map((n) => `${n}\n`).join(''));
  expect(await run.ended, run.lines.join('\n')).toBe(0);
}

async function done(topology: UniqueTopology): Promise<{ n: number; pid: number }[]> {
  const records = await readAll(bootstrap, topology.topic('frames.done'));
  return records.map(({ value }) => JSON.parse(String(value)) as { n: number; pid: number });
}

async function untilDone(topology: UniqueTopology, count: number): Promise<{ n: number; pid: number }[]> {
  await until(async () => (await done(topology)).length >= count, { what: `${count} records` });
  return done(topology);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.skipIf(noPython)(`process: exec with a child in Python${noPython === null ? '' : ` (${noPython})`}`, () => {
  test('a child that is killed in the middle, again and again, loses, repeats and disorders nothing', async () => {
    const topology = await started('guarantee: exactly-once, batch: { records: 50 }');
    await produce(topology, upTo(2000));

    const killed = new Set<number>();
    for (const count of [1, 400, 800]) {
      const { pid } = (await untilDone(topology, count)).at(-1)!;
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
    }
    const all = await untilDone(topology, 2000);

    expect(all.map(({ n }) => n)).toEqual(upTo(2000));
    expect(killed.size).toBe(3);
    expect(new Set(all.map(({ pid }) => pid)).size).toBeGreaterThan(3);
    expect(await readAll(bootstrap, `${topology.name}.work.dlq`)).toEqual([]);
    expect((await topology.up.status()).stages[0]).toMatchObject({ restarts: 0 });
    const log = await readFile(join(topology.directory, `.tapline/logs/${topology.name}.log`), 'utf8');
    expect(log.match(/it ended, killed by SIGKILL; starting it again in 100 ms/g)).toHaveLength(3);
  });

  test('what kills or hangs the child becomes a dead letter with its last words, and nothing else does', async () => {
    const topology = await started('timeout: 1s, onError: { retries: 2 }');
    await produce(topology, [0, 1, -1, 2, 3, -2, 4, 5]);

    const all = await untilDone(topology, 6);
    const letters = await readAll(bootstrap, `${topology.name}.work.dlq`);

    expect(all.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5]);
    const told = letters.map(({ value, headers }) => ({
      value: String(value),
      code: String(headers['tapline.dlq.error-code']),
      attempts: String(headers['tapline.dlq.attempts']),
      message: String(headers['tapline.dlq.error-message']),
    }));
    expect(told).toMatchObject([
      { value: '-1', code: 'EXEC_CHILD_ENDED', attempts: '3' },
      { value: '-2', code: 'RECORD_TIMED_OUT', attempts: '3' },
    ]);
    expect(told[0]?.message).toMatch(/exit code 7; its last words: minus one is poison$/);
    expect(told[1]?.message).toMatch(/within 1000 ms.*; its last words: minus two takes for ever$/);
    const log = await readFile(join(topology.directory, `.tapline/logs/${topology.name}.log`), 'utf8');
    expect(log).toContain('exec: minus one is poison');
  });

  test('the child of a worker that is killed is gone, and so is that of one that is stopped', async () => {
    const topology = await started('timeout: 10s');
    await produce(topology, [0]);
    const [{ pid: first } = { pid: 0 }] = await untilDone(topology, 1);

    process.kill((await topology.up.status()).stages[0]!.pids[0]!, 'SIGKILL');
    await until(() => !isThere(first), { what: 'the end of the child' });
    await produce(topology, [1]);
    const { pid: second } = (await untilDone(topology, 2)).at(-1)!;
    expect(isThere(second)).toBe(true);
    expect(await topology.up.stop()).toBe(0);

    expect(isThere(second)).toBe(false);
  });

  test('a command that cannot be started ends up with a sentence that names it, and loses no record', async () => {
    const topology = await uniqueTopology(topologyOf('timeout: 10s').replace('python3 child.py', 'pyhton3 child.py'));
    const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });

    expect(await up.ended).toBe(1);

    expect(up.lines.join('\n')).toMatch(
      /stage "work" cannot go on: stages\.work\.with\.command: "pyhton3 child\.py" cannot be started in .*: there is no program pyhton3 in PATH; install it, or correct command/,
    );
  });
});

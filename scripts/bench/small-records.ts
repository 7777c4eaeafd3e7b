import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import type { Producer } from '../../pipeline/ports/producer.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { planOf } from './plans.ts';
import { ProcessMeter, type ProcessUse } from './process-meter.ts';
import { provision, type Running } from './running.ts';

const RECORD_BYTES = 200;
const PARTITIONS = 4;
const CHUNK = 8_000;
const LOOK_MS = 100;
/** Shares of the output between which the rate is taken: start and end of the worker are not steady. */
const STEADY = { from: 0.2, to: 0.95 };

/** One stage that does nothing, on small records that already lie there. */
export interface PassThroughFigures {
  readonly recordsPerSecond: number;
  readonly records: number;
  readonly recordBytes: number;
  readonly partitions: number;
  readonly processes: readonly ProcessUse[];
}

/** Writes `records` small records, then lets one worker copy them to another topic. */
export async function measurePassThrough(
  { directory, records }: { readonly directory: string; readonly records: number },
  { broker, cleanup }: { readonly broker: BenchBroker; readonly cleanup: Cleanup },
): Promise<PassThroughFigures> {
  const plan = await planOf(await writeTopology(directory), []);
  const running = await provision(plan, broker, cleanup);
  const [stage] = plan.stages;
  await fill(running.kafka.producer(), stage?.from[0] ?? '', records);
  void running.supervisor.start();
  const measured = await measureCopying(running, { topic: stage?.to['default'] ?? '', records });
  await running.stop();
  return { ...measured, records, recordBytes: RECORD_BYTES, partitions: PARTITIONS };
}

/** JSON is YAML. */
async function writeTopology(directory: string): Promise<string> {
  const file = join(directory, 'pass-through.yaml');
  const process = compiledEntry('./pass-through.ts', import.meta.url);
  const topology = {
    name: 'bench',
    defaults: { partitions: PARTITIONS },
    topics: { 'small.in': {} },
    stages: { pass: { from: 'small.in', process, to: 'small.out' } },
  };
  await writeFile(file, JSON.stringify(topology));
  return file;
}

async function fill(producer: Producer, topic: string, records: number): Promise<void> {
  const value = randomBytes(RECORD_BYTES);
  for (let written = 0; written < records; written += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, records - written) }, (_, index) => ({
      topic,
      partition: index % PARTITIONS,
      key: null,
      value,
      headers: {},
      timestampMs: Date.now(),
    }));
    await producer.send(chunk);
  }
  await producer.close();
}

async function measureCopying(
  running: Running,
  { topic, records }: { readonly topic: string; readonly records: number },
): Promise<Pick<PassThroughFigures, 'recordsPerSecond' | 'processes'>> {
  const { admin, failed } = running;
  const copied = async (): Promise<number> => {
    const [description] = await Promise.race([admin.describeTopics([topic]), failed]);
    return (description?.partitions ?? []).reduce((sum, { high }) => sum + Number(high), 0);
  };
  const reach = async (wanted: number): Promise<{ count: number; atMs: number }> => {
    for (;;) {
      const count = await copied();
      if (count >= wanted) return { count, atMs: performance.now() };
      await sleep(LOOK_MS);
    }
  };
  const first = await reach(records * STEADY.from);
  const meter = new ProcessMeter(running.processes());
  await meter.start();
  const last = await reach(records * STEADY.to);
  const used = await meter.stop();
  return {
    recordsPerSecond: Math.round(((last.count - first.count) * 1000) / (last.atMs - first.atMs)),
    processes: used,
  };
}

import { randomBytes } from 'node:crypto';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { fill, PARTITIONS } from './fill.ts';
import { passThroughPlan } from './one-stage.ts';
import type { ProcessUse } from './process-meter.ts';
import { provision } from './running.ts';
import { steadyRate } from './steady-rate.ts';

const RECORD_BYTES = 200;

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
  const plan = await passThroughPlan(directory, {});
  const running = await provision(plan, broker, cleanup);
  const value = randomBytes(RECORD_BYTES);
  const recordAt = () => ({ key: null, value, timestampMs: Date.now() });
  const topic = plan.stages[0]?.from[0] ?? '';
  await fill(running.kafka.producer(), { topic, records, recordBytes: RECORD_BYTES, recordAt });
  void running.supervisor.start();
  const measured = await steadyRate(running, records);
  await running.stop();
  return { ...measured, records, recordBytes: RECORD_BYTES, partitions: PARTITIONS };
}

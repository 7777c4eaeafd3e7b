import { randomBytes, randomUUID } from 'node:crypto';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { median, rounded } from './figures.ts';
import { makeInput, type Input } from './input.ts';
import { passThroughPlan, reading } from './one-stage.ts';
import { provision } from './running.ts';
import { steadyRate, type SteadyRate } from './steady-rate.ts';

type Guarantee = 'at-least-once' | 'exactly-once';

/** Records of one size, and what they shall reach. */
export interface Workload {
  readonly name: string;
  readonly recordBytes: number;
  /** Sizes of batches; of several the best for each guarantee is taken. */
  readonly batches: readonly number[];
  readonly aims: { readonly atLeastOncePerSecond: number; readonly ratio: number };
}

/** How much is measured. */
export interface GuaranteeScale {
  readonly rounds: number;
  /** What a workload writes and each run reads, at most. */
  readonly bytes: number;
  readonly records: number;
}

/** Both guarantees on one workload, measured in turn. */
export interface GuaranteeFigures {
  readonly workload: Workload;
  readonly batch: Readonly<Record<Guarantee, number>>;
  /** Records a second of each round. */
  readonly rounds: readonly Readonly<Record<Guarantee, number>>[];
  readonly median: Readonly<Record<Guarantee, number>>;
  /** Of the last round. */
  readonly workerCpuUs: Readonly<Record<Guarantee, number>>;
  /** Median of the ratios of the rounds: both of a round had the same machine. */
  readonly ratio: number;
}

export interface GuaranteeBench {
  readonly scale: GuaranteeScale;
  readonly directory: string;
  readonly broker: BenchBroker;
  readonly cleanup: Cleanup;
  readonly progress: (line: string) => void;
}

export const WORKLOADS: readonly Workload[] = [
  { name: '100 KB', recordBytes: 102_400, batches: [8], aims: { atLeastOncePerSecond: 530, ratio: 0.8 } },
  { name: '200 B', recordBytes: 200, batches: [500, 2000, 8000], aims: { atLeastOncePerSecond: 50_000, ratio: 0.75 } },
];

const GUARANTEES: readonly Guarantee[] = ['at-least-once', 'exactly-once'];

/** Lets one worker hand on the records of a workload under either guarantee, round by round. */
export async function measureGuarantees(workload: Workload, bench: GuaranteeBench): Promise<GuaranteeFigures> {
  const { scale, progress } = bench;
  const { recordBytes } = workload;
  const records = Math.min(scale.records, Math.floor(scale.bytes / recordBytes));
  progress(`${workload.name}: writing ${records} records`);
  const value = randomBytes(recordBytes);
  const recordAt = () => ({ key: null, value, timestampMs: Date.now() });
  const topic = `bench-${randomUUID().slice(0, 8)}.in`;
  const input = await makeInput({ topic, records, recordBytes, recordAt }, bench);
  const batch = {
    'at-least-once': await bestBatch('at-least-once', workload, { input, bench }),
    'exactly-once': await bestBatch('exactly-once', workload, { input, bench }),
  };
  const rounds: Record<Guarantee, number>[] = [];
  const workerCpuUs = { 'at-least-once': NaN, 'exactly-once': NaN };
  for (let round = 0; round < scale.rounds; round++) {
    const order = round % 2 === 0 ? GUARANTEES : GUARANTEES.toReversed();
    const rates = { 'at-least-once': NaN, 'exactly-once': NaN };
    for (const guarantee of order) {
      const measured = await copy({ guarantee, batch: batch[guarantee] }, input, bench);
      rates[guarantee] = measured.recordsPerSecond;
      workerCpuUs[guarantee] = measured.workerCpuUs;
    }
    progress(
      `${workload.name}, round ${round + 1} of ${scale.rounds}: ${GUARANTEES.map((one) => `${one} ${rates[one]}/s`).join(', ')}`,
    );
    rounds.push(rates);
  }
  await input.remove();
  return { workload, batch, rounds, workerCpuUs, ...summary(rounds) };
}

/** Medians of rates and ratios. */
export function summary(rounds: GuaranteeFigures['rounds']): Pick<GuaranteeFigures, 'median' | 'ratio'> {
  const of = (guarantee: Guarantee): number => median(rounds.map((rates) => rates[guarantee]));
  return {
    median: { 'at-least-once': of('at-least-once'), 'exactly-once': of('exactly-once') },
    ratio: rounded(median(rounds.map((rates) => rates['exactly-once'] / rates['at-least-once']))),
  };
}

async function bestBatch(
  guarantee: Guarantee,
  { name, batches }: Workload,
  { input, bench }: { readonly input: Input; readonly bench: GuaranteeBench },
): Promise<number> {
  if (batches.length === 1) return batches[0] ?? NaN;
  const rates = new Map<number, number>();
  for (const batch of batches) {
    rates.set(batch, (await copy({ guarantee, batch }, input, bench)).recordsPerSecond);
    bench.progress(`${name}, ${guarantee}, batches of ${batch}: ${rates.get(batch)}/s`);
  }
  return batches.reduce((best, batch) => ((rates.get(batch) ?? 0) > (rates.get(best) ?? 0) ? batch : best));
}

async function copy(
  { guarantee, batch }: { readonly guarantee: Guarantee; readonly batch: number },
  { topic, records }: Input,
  { directory, broker, cleanup }: GuaranteeBench,
): Promise<SteadyRate> {
  const plan = reading(topic, await passThroughPlan(directory, { guarantee, batch: { records: batch } }));
  const running = await provision(plan, broker, cleanup);
  void running.supervisor.start();
  const measured = await steadyRate(running, records);
  await running.stop();
  return measured;
}

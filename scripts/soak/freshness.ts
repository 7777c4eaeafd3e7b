import { setTimeout as sleep } from 'node:timers/promises';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { arrivals } from '../bench/arrivals.ts';
import { quantile } from '../bench/figures.ts';
import { livePlan } from '../bench/plans.ts';
import { provision } from '../bench/running.ts';
import { atMost, holds, skipped, type Check, type Probe } from './check.ts';

const OFFERED_FPS = 30;
const WARM_UP_FRAMES = 30;
const WATCH_MS = 20_000;
const BROKER_PAUSE_MS = 10_000;
const FRESH_MS = 1000;

export interface Seen {
  readonly seq: number;
  /** Frames dropped since the one before. */
  readonly dropped: number;
  readonly arrivedMs: number;
  readonly ageMs: number;
}

/** Thirty frames a second where fifteen fit: the picture moves and is young, also after ten seconds without a broker. */
export const freshness: Probe = async (bench) => {
  bench.progress(`${OFFERED_FPS} frames/s where half of them fit`);
  const slow = compiledEntry('./slow-detector.ts', import.meta.url);
  const plan = await livePlan(OFFERED_FPS, [`stages.detect.process=${slow}`, 'stages.detect.with=']);
  const running = await provision(plan, bench.broker, bench.cleanup);
  void running.supervisor.start();
  const reader = arrivals(running, bench.cleanup);
  const next = async (): Promise<Seen> => {
    const { record, arrivedMs } = await reader.next();
    const { frame, dropped } = readFrameMeta(record.headers);
    return { seq: frame.seq, dropped: dropped?.count ?? 0, arrivedMs, ageMs: arrivedMs - frame.captureTimeUs / 1000 };
  };
  for (let frame = 0; frame < WARM_UP_FRAMES; frame++) await next();
  const seen = [await next()];
  while ((seen.at(-1)?.arrivedMs ?? 0) - (seen[0]?.arrivedMs ?? 0) < WATCH_MS) seen.push(await next());
  const overload = judgeOverload(seen);
  const outage = await judgeOutage(bench.broker.pid, next);
  await reader.end();
  await running.stop();
  return [...overload, outage];
};

function judgeOverload(seen: readonly Seen[]): Check[] {
  const gaps = seen.slice(1).map(({ arrivedMs }, index) => arrivedMs - (seen[index]?.arrivedMs ?? 0));
  const missing = (seen.at(-1)?.seq ?? 0) - (seen[0]?.seq ?? 0) + 1 - new Set(seen.map(({ seq }) => seq)).size;
  const told = seen.slice(1).reduce((count, { dropped }) => count + dropped, 0);
  const ages = seen.map(({ ageMs }) => ageMs);
  return [
    atMost('overload: age of the shown frame, p99', quantile(ages, 0.99), { limit: FRESH_MS, unit: 'ms' }),
    atMost('overload: longest still picture', Math.max(...gaps), { limit: FRESH_MS, unit: 'ms' }),
    holds('overload: every drop is told', missing === told, `${missing} frames missing, ${told} drops told`),
  ];
}

/** Pauses the broker of this number; one that is not ours, which has none, is left alone. */
export async function judgeOutage(pid: number | null, next: () => Promise<Seen>): Promise<Check> {
  const what = 'fresh again after 10 s without broker';
  if (pid === null) return skipped(what, 'the broker is not ours to pause; unset KAFKA_BROKERS');
  process.kill(pid, 'SIGSTOP');
  await sleep(BROKER_PAUSE_MS).finally(() => process.kill(pid, 'SIGCONT'));
  const backMs = performance.timeOrigin + performance.now();
  for (;;) {
    const { arrivedMs, ageMs } = await next();
    if (arrivedMs > backMs && ageMs <= FRESH_MS) {
      return atMost(what, (arrivedMs - backMs) / 1000, { limit: 2, unit: 's' });
    }
  }
}

import { measureLatency } from '../bench/latency.ts';
import { livePlan } from '../bench/plans.ts';
import { measureLoop } from '../bench/loop.ts';
import { fullSpeedPlan } from '../bench/plans.ts';
import { medianRound, type Bench } from '../bench/rounds.ts';
import { atLeast, atMost, type Probe } from './check.ts';

const LIVE = { offeredFps: 10, warmUpFrames: 20, frames: 300 };

/** Throughput against the plain loop, latency at ten frames a second, and annotate alone. */
export const speed: Probe = async (bench) => {
  const { ratio, loop } = await medianRound(bench, 640, bench.scale.rounds);
  const large = await loopAtFullSize(bench);
  bench.progress(`latency at ${LIVE.offeredFps} frames/s`);
  const { p50Ms, p99Ms } = await measureLatency(await livePlan(LIVE.offeredFps), LIVE, bench);
  return [
    atLeast('five stages through Kafka / plain loop', ratio, 0.55),
    atMost('end to end at 10 fps, p50', p50Ms, { limit: 90, unit: 'ms' }),
    atMost('end to end at 10 fps, p99', p99Ms, { limit: 200, unit: 'ms' }),
    atMost('annotate at 640x360', loop.stageMs['annotate'] ?? NaN, { limit: 2, unit: 'ms' }),
    atMost('annotate at 1280x720', large.stageMs['annotate'] ?? NaN, { limit: 5, unit: 'ms' }),
  ];
};

async function loopAtFullSize({ folder, scale, cleanup, progress }: Bench): ReturnType<typeof measureLoop> {
  progress('loop, 1 worker, 1280 wide to the end');
  const plan = await fullSpeedPlan(folder, 1280, ['stages.resize.with.width=1280']);
  const { warmUpFrames, seconds } = scale;
  return measureLoop(plan, { folder, warmUpFrames, seconds, workers: 1 }, cleanup);
}

import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { arrivals } from '../bench/arrivals.ts';
import { livePlan } from '../bench/plans.ts';
import { provision } from '../bench/running.ts';
import { atMost, type Check, type Probe } from './check.ts';

const FPS = 10;
const WARM_UP_FRAMES = 30;
const VICTIMS = ['resize', 'detect'];

/** A stage is killed with SIGKILL: how soon a frame captured after that is through. */
export const kill: Probe = async (bench) => {
  bench.progress(`stages killed at ${FPS} frames/s`);
  const running = await provision(await livePlan(FPS), bench.broker, bench.cleanup);
  void running.supervisor.start();
  const reader = arrivals(running, bench.cleanup);
  const checks: Check[] = [];
  for (const victim of VICTIMS) {
    for (let frame = 0; frame < WARM_UP_FRAMES; frame++) await reader.next();
    running.kill(`${victim}-0`);
    const killedUs = systemClock.nowUs();
    let arrival = await reader.next();
    while (readFrameMeta(arrival.record.headers).frame.captureTimeUs < killedUs) arrival = await reader.next();
    const seconds = (arrival.arrivedMs - killedUs / 1000) / 1000;
    checks.push(atMost(`${victim} killed, its frames flow again`, seconds, { limit: 5, unit: 's' }));
  }
  await reader.end();
  await running.stop();
  return checks;
};

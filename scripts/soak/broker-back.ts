import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { arrivals } from '../bench/arrivals.ts';
import { median } from '../bench/figures.ts';
import { livePlan } from '../bench/plans.ts';
import { provision } from '../bench/running.ts';
import { atMost, holds, skipped, type Check, type Probe } from './check.ts';

const FPS = 10;
const WARM_UP_FRAMES = 30;
const ROUNDS = 3;
const AWAY_MS = 5_000;
const FLOWS = 'broker back (port open), frames flow again, median';

/** The broker is killed and comes back on its port: how soon a frame captured after that is through all stages. */
export const brokerBack: Probe = async (bench) => {
  const { broker, cleanup, progress } = bench;
  if (broker.pid === null) return [skipped(FLOWS, 'the broker that KAFKA_BROKERS names is not ours to kill')];
  progress(`broker killed ${ROUNDS} times at ${FPS} frames/s`);
  const running = await provision(await livePlan(FPS), broker, cleanup);
  void running.supervisor.start();
  const reader = arrivals(running, cleanup);
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let frame = 0; frame < WARM_UP_FRAMES; frame++) await reader.next();
    const openUs = await broker.bounce(AWAY_MS);
    let arrival = await reader.next();
    while (readFrameMeta(arrival.record.headers).frame.captureTimeUs < openUs) arrival = await reader.next();
    seconds.push((arrival.arrivedMs - openUs / 1000) / 1000);
    progress(`broker back, round ${round + 1} of ${ROUNDS}: ${seconds.at(-1)?.toFixed(2)} s`);
  }
  const restarts = running.supervisor.workers.reduce((sum, { process: worker }) => sum + worker.restarts, 0);
  await reader.end();
  await running.stop();
  const checks: Check[] = [
    atMost(FLOWS, median(seconds), { limit: 3, unit: 's' }),
    holds('no worker is restarted for it', restarts === 0, `${restarts} restarts`),
  ];
  return checks;
};

import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../pipeline/broker/free-port.ts';
import type { TopologyStatus } from '../../pipeline/runtime/status.ts';
import { sum } from '../bench/figures.ts';
import { ProcessMeter } from '../bench/process-meter.ts';
import { atMost, type Check, type Probe } from './check.ts';
import { startUp, type UpProcess } from './up-process.ts';

const LOOK_MS = 50;
const SETTLE_MS = 5_000;
const IDLE_MS = 20_000;

/** `up` as a user runs it: how soon a picture is there, and what it costs when nothing comes in. */
export const startAndIdle: Probe = async (bench) => {
  bench.progress('the first picture of `up`');
  const { port } = await freePorts(0);
  const startedAt = performance.now();
  const up = await startUp(bench, { name: 'first-picture', set: [`taps.viewer.with.port=${port}`] });
  await firstPicture(up, port);
  const seconds = (performance.now() - startedAt) / 1000;
  await up.stop();

  bench.progress('`up` with a source that has ended');
  const idle = await startUp(bench, {
    name: 'idle',
    set: ['sources.camera.type=stdin', 'sources.camera.with=', `taps.viewer.with.port=${port}`],
  });
  const share = await idleShare(idle);
  await idle.stop();
  return [atMost('`up` to the first annotated frame', seconds, { limit: 12, unit: 's' }), share];
};

async function firstPicture(up: UpProcess, port: number): Promise<void> {
  for (;;) {
    up.throwIfEnded();
    const answer = await fetch(`http://127.0.0.1:${port}/snapshot.jpg`).catch(() => null); // not listening yet
    if (answer?.ok && (await answer.arrayBuffer()).byteLength > 0) return;
    await sleep(LOOK_MS);
  }
}

/** Processor time of all our processes together; that of the broker does not count. */
async function idleShare(up: UpProcess): Promise<Check> {
  const { pid, stages, taps } = await untilRunning(up);
  await sleep(SETTLE_MS);
  const pids = [pid, ...[...stages, ...taps].flatMap((part) => part.pids)];
  const meter = new ProcessMeter(pids.map((each) => ({ name: String(each), pid: each })));
  await meter.start();
  const startedAt = performance.now();
  await sleep(IDLE_MS);
  const used = await meter.stop();
  const share = sum(used.map(({ cpuMs }) => cpuMs)) / (performance.now() - startedAt);
  return atMost(`idle, ${pids.length} processes`, share * 100, { limit: 10, unit: '% of a core' });
}

async function untilRunning(up: UpProcess): Promise<TopologyStatus> {
  for (;;) {
    up.throwIfEnded();
    const status = await up.status().catch(() => null); // it has not begun to answer
    if (status && [...status.stages, ...status.taps].every(({ state }) => state === 'running')) return status;
    await sleep(LOOK_MS);
  }
}

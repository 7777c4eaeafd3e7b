import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './cells.ts';
import type { ChaosBroker } from './chaos-broker.ts';
import { GRACE_MS, WINDOW_MS, writeTopology } from './chaos-topology.ts';
import { faults, workersAtFirst, type Field } from './faults.ts';
import { Feed } from './feed.ts';
import { LiveOutput } from './live-output.ts';
import { OwnWorkers } from './own-workers.ts';
import { randomFrom } from '../../pipeline/random.ts';
import { between, oneOf, seedOf } from './random.ts';
import { SupervisedWorkers } from './supervised-workers.ts';
import { hasAborted } from './verify/aborted.ts';
import { readTopic } from './verify/kcat.ts';
import { recompute } from './verify/recomputation.ts';
import { verify, type Claim, type Verdict } from './verify/verdict.ts';

/** How a cell is run. */
export interface CellOrder {
  readonly broker: ChaosBroker;
  /** `dist/pipeline/cli/main.js` */
  readonly main: string;
  readonly seed: number;
  /** Faults at least, and then as many as begin in this time. */
  readonly rounds: number;
  readonly budgetMs: number;
  readonly say: (sentence: string) => void;
  /** Ends the cell before its time. */
  readonly signal?: AbortSignal;
  /** Logs of the workers are kept where nothing was wrong, too. */
  readonly keepLogs?: boolean;
}

export interface CellResult extends Verdict {
  readonly cell: Cell;
  readonly rounds: number;
  /** Of each fault: the longest time in which a partition had no output. */
  readonly stalledS: readonly number[];
  /** Logs of the workers, kept where something was wrong. */
  readonly logs: string | null;
  readonly passed: boolean;
}

const WINDOWS = { sizeMs: WINDOW_MS, graceMs: GRACE_MS };
/** The short gaps fall into the time in which all are busy with what has gathered. */
const GAPS_MS = [
  [0, 300],
  [700, 2_500],
] as const;
/** Until a transaction was aborted. */
const MOST_ROUNDS = 8;
/** A group learns of a change with its next heartbeats. */
const SETTLE_MS = 1_000;
/** Longer than the rebalance time-out, after which a group goes on without a member that is silent. */
const RECOVER_DEADLINE_MS = 90_000;
const DRAIN_DEADLINE_MS = 45_000;
/** Where something is to be lost, nobody waits for it for long. */
const UNSAFE_DRAIN_DEADLINE_MS = 8_000;
/** What is committed is so for readers only when its markers are written. */
const MARKERS_MS = 500;
const POLL_MS = 20;

interface Running extends Field {
  readonly feed: Feed;
  readonly live: LiveOutput;
}

/** Runs a topology under one kind of fault, and has what came of it verified. */
export async function runCell(cell: Cell, order: CellOrder): Promise<CellResult> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-chaos-'));
  const { bootstrap } = order.broker;
  const topology = await writeTopology(directory, cell);
  const random = randomFrom(seedOf(order.seed, cell.name));
  const count = workersAtFirst(cell.fault);
  const { main } = order;
  const counts = { first: count, second: count };
  const workersOrder = { main, bootstrap, directory, file: topology.file, unsafe: cell.unsafe, counts };
  const workers = await (cell.runBy === 'up' ? SupervisedWorkers : OwnWorkers).start(workersOrder);
  const feed = new Feed({
    bootstrap,
    topic: topology.topics.in,
    random: randomFrom(order.seed),
  });
  const live = new LiveOutput(bootstrap, topology.topics.out);
  const running = { workers, broker: order.broker, random, feed, live };
  const claim: Omit<Claim, 'acknowledged'> = { bootstrap, topology, guarantee: cell.guarantee, windows: WINDOWS };
  const faultsOfRun: string[] = [];
  let stalledS: readonly number[] = [];
  try {
    feed.start();
    live.start();
    stalledS = await strike(cell, running, { ...order, topics: [topology.topics.mid, topology.topics.out] });
    await feed.stop();
    const drainMs = cell.unsafe === null ? DRAIN_DEADLINE_MS : UNSAFE_DRAIN_DEADLINE_MS;
    if (!(await drained(running, { ...claim, drainMs })))
      faultsOfRun.push(`not everything came through in ${drainMs} ms`);
  } catch (error) {
    faultsOfRun.push(error instanceof Error ? error.message : String(error));
    await feed.stop().catch(() => undefined); // said above
  } finally {
    await Promise.all([workers.stop(), live.stop()]);
  }
  await sleep(MARKERS_MS);
  const verdict = await verify({ ...claim, acknowledged: feed.acknowledged });
  const all = [...verdict.faults, ...workers.complaints, ...faultsOfRun];
  // With a safeguard off, what counts is what the verifier finds by itself, of workers that otherwise work.
  const isTellingRed = stalledS.length > 0 && verdict.output > 0 && verdict.faults.length > 0;
  const passed = cell.unsafe === null ? all.length === 0 : isTellingRed;
  const isToKeep = order.keepLogs === true || (cell.unsafe === null && !passed);
  if (!isToKeep) await rm(directory, { recursive: true, force: true });
  return {
    ...verdict,
    cell,
    faults: all,
    rounds: stalledS.length,
    stalledS,
    logs: isToKeep ? directory : null,
    passed,
  };
}

async function strike(
  cell: Cell,
  running: Running,
  order: CellOrder & { readonly topics: readonly string[] },
): Promise<number[]> {
  const { live, feed, random } = running;
  const { rounds, budgetMs, say } = order;
  await flows(running);
  const stalledS: number[] = [];
  const deadline = performance.now() + budgetMs;
  const enough = async (): Promise<boolean> =>
    stalledS.length >= rounds && performance.now() >= deadline && (await isTelling(cell, order, stalledS.length));
  while (order.signal?.aborted !== true && !(await enough())) {
    const [least, most] = oneOf(random, GAPS_MS);
    await sleep(between(random, least, most));
    live.mark();
    await faults[cell.fault](running);
    await sleep(SETTLE_MS);
    await flows(running, feed.made);
    const { partition, ms } = live.longestGap;
    stalledS.push(ms / 1000);
    say(`${cell.name} ${stalledS.length}: partition ${partition} stood still for ${(ms / 1000).toFixed(1)} s`);
  }
  return stalledS;
}

/** A cell in which workers die in their transactions says nothing before one of those was aborted. */
async function isTelling(
  { guarantee, fault, unsafe }: Cell,
  { broker, topics }: CellOrder & { readonly topics: readonly string[] },
  rounds: number,
): Promise<boolean> {
  if (guarantee === 'at-least-once' || fault !== 'sigkill' || unsafe !== null || rounds >= MOST_ROUNDS) return true;
  return hasAborted({ bootstrap: broker.bootstrap, topics });
}

/** Resolves when a record with this number, or one after it, has come through every partition. */
async function flows({ live }: Running, number = 0): Promise<void> {
  const deadline = performance.now() + RECOVER_DEADLINE_MS;
  while (!live.isPast(number)) {
    if (performance.now() > deadline)
      throw new Error(
        `a partition stands still ${RECOVER_DEADLINE_MS} ms after a fault: what counts as lost may only be unread`,
      );
    await sleep(POLL_MS);
  }
}

/** Whether all that must come out has been seen in time. */
async function drained(
  { live }: Running,
  { bootstrap, topology, drainMs }: Pick<Claim, 'bootstrap' | 'topology'> & { readonly drainMs: number },
): Promise<boolean> {
  const { outputs } = recompute(await readTopic({ bootstrap, topic: topology.topics.in }), WINDOWS);
  const deadline = performance.now() + drainMs;
  while (!live.hasAll(outputs)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

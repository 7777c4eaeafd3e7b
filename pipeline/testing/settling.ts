import { UserError } from '../errors/pipeline-error.ts';
import type { ManualClock, MemoryBroker } from '../memory/index.ts';
import { systemClock } from '../runtime/system-clock.ts';
import type { OutsideWork } from './outside-work.ts';

/** Moves of the clock, or restarts, after which nothing will come of it. */
const MOST_MOVES = 50_000;

export interface SettlingParts {
  readonly broker: MemoryBroker;
  readonly clock: ManualClock;
  readonly outside: OutsideWork;
  /** Real time to wait for what is neither broker nor clock. */
  readonly patienceMs: number;
  /** Whether a call that takes longer than that meets its time-out, in place of the end of the test. */
  readonly timesOut: boolean;
  /** Starts again what has died; true where something has. */
  readonly revive: () => Promise<boolean>;
}

/**
 * Lets everything run until it is done. What is under way and waits for the clock (a retry, a time-out, a broker that
 * refuses) gets its time as soon as nothing else can move; who only waits for the hour to strike does not.
 * @throws UserError TEST_UNSETTLED
 */
export async function settle(parts: SettlingParts): Promise<void> {
  const { broker, clock, outside, patienceMs, revive } = parts;
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const state = await broker.quiet();
    if (await revive()) continue;
    if (outside.size > 0) await hear(parts);
    else if (state === 'idle') return;
    else if (clock.nextWakeMs === null) await patiently(broker.idle(), { patienceMs, what: () => 'a worker' });
    else clock.advanceTo(clock.nextWakeMs);
  }
  const sentence = `the topology does not come to rest: its clock was moved ${MOST_MOVES} times; look for a fault without end or stages that feed each other`;
  throw new UserError('TEST_UNSETTLED', sentence);
}

async function hear({ outside, patienceMs, timesOut }: SettlingParts): Promise<void> {
  try {
    await patiently(outside.next(), { patienceMs, what: () => outside.oldest });
  } catch (error) {
    if (!timesOut) throw error;
    outside.abandonAll();
  }
}

async function patiently(
  work: Promise<void>,
  { patienceMs, what }: { readonly patienceMs: number; readonly what: () => string },
): Promise<void> {
  const done = new AbortController();
  const expiry = systemClock.sleep(patienceMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    const sentence = `${what()} has not answered for ${patienceMs} ms of real time; let its processor end, or give the driver more patienceMs`;
    throw new UserError('TEST_UNSETTLED', sentence);
  });
  try {
    await Promise.race([work, expiry]);
  } finally {
    done.abort();
  }
}

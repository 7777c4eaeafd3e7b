import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors/pipeline-error.ts';
import type { Broker } from './broker.ts';
import { brokerDirectory, readNote, type ManagedNote } from './broker-note.ts';
import { explanationOf, readLog } from './start-failure.ts';
import { isThere } from './stop-managed.ts';

const LOOK_MS = 1_000;
const TRY_AGAIN_MS = 10_000;

export interface KeepRunningParts {
  readonly stateDirectory: string;
  /** Starts it again, on this port if that is free. */
  readonly start: (preferredPort: number) => Promise<Broker>;
  readonly say: (sentence: string) => void;
  /** From here on its end is nobody's business. */
  readonly signal: AbortSignal;
}

/**
 * Watches the managed broker of a folder; where it ends by itself, tells why and starts it again, over and over where
 * that fails: a full disk may be freed. Resolves when the signal aborts or somebody has stopped the broker on purpose.
 */
export async function keepRunning(parts: KeepRunningParts): Promise<void> {
  const { stateDirectory, say, signal } = parts;
  while (!signal.aborted) {
    const note = await readNote(stateDirectory);
    if (note?.kind !== 'managed') return;
    if (await isThere(note)) await pause(LOOK_MS, signal);
    else {
      say(`the broker has ended${await reasonIn(stateDirectory)}; starting it again, workers wait for it`);
      await startAgain(note, parts);
    }
  }
}

async function startAgain({ port }: ManagedNote, { start, say, signal }: KeepRunningParts): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  for (let told = ''; !isOver();) {
    try {
      const { bootstrap } = await start(port);
      const isWhereItWas = bootstrap.endsWith(`:${port}`);
      const mend = isWhereItWas ? '' : ', where the workers do not look for it; run this command again';
      say(`the broker is back at ${bootstrap}${mend}`);
      return;
    } catch (error) {
      if (isOver()) return;
      const [sentence = ''] = messageOf(error).split('\n');
      if (sentence !== told) say(`${sentence}; trying again every ${TRY_AGAIN_MS / 1000} s`);
      told = sentence;
      await pause(TRY_AGAIN_MS, signal);
    }
  }
}

async function reasonIn(stateDirectory: string): Promise<string> {
  const directory = brokerDirectory(stateDirectory);
  const reason = explanationOf(await readLog(join(directory, 'broker.log')), join(directory, 'data'));
  return reason === null ? '' : `: ${reason}`;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined); // the caller looks at the signal
}

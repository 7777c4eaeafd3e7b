import { FatalError } from '../errors/pipeline-error.ts';
import { endRun, findRuns, type Run } from '../runtime/run-file.ts';
import { STOP_DEADLINE_MS } from '../runtime/supervisor.ts';
import { HAND_OVER_SIGNAL } from './stop-request.ts';

/**
 * A second `up` replaces the first: the running one drains, commits its offsets and leaves the broker to us.
 * @returns whether something ran.
 */
export async function replaceRunning(own: Run, directory: string, say: (line: string) => void): Promise<boolean> {
  const replaced = (await findRuns(directory)).filter((other) => yieldsTo(own, other));
  for (const { topology, pid, state } of replaced) {
    const what = state === 'starting' ? 'is being started already' : 'already runs';
    say(`topology "${topology}" ${what} (process ${pid}); restarting it, offsets are kept`);
  }
  await Promise.all(replaced.map(handOver));
  return replaced.length > 0;
}

/** Of two that start at the same time the later one stays: each sees the other's note. */
function yieldsTo(own: Run, other: Run): boolean {
  if (other.topology !== own.topology || other.pid === own.pid) return false;
  if (other.state === 'running' || other.startedAt < own.startedAt) return true;
  return other.startedAt === own.startedAt && other.pid < own.pid;
}

async function handOver(run: Run): Promise<void> {
  if (await endRun(run, HAND_OVER_SIGNAL, 2 * STOP_DEADLINE_MS)) return;
  throw new FatalError(
    'WORKER_FAILED',
    `process ${run.pid}, which runs "${run.topology}", does not end; stop it by hand and try again`,
  );
}

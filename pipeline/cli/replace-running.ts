import { FatalError } from '../errors/pipeline-error.ts';
import { findRuns, waitForExit } from '../runtime/run-file.ts';
import { STOP_DEADLINE_MS } from '../runtime/supervisor.ts';
import type { Plan } from '../topology/plan.ts';
import { HAND_OVER_SIGNAL } from './stop-request.ts';

/**
 * A second `up` replaces the first: the running one drains, commits its offsets and leaves the broker to us.
 * @returns whether something ran.
 */
export async function replaceRunning(plan: Plan, directory: string, say: (line: string) => void): Promise<boolean> {
  const running = (await findRuns(directory)).find(({ topology }) => topology === plan.name);
  if (!running) return false;
  say(`topology "${plan.name}" already runs (process ${running.pid}); restarting it, offsets are kept`);
  process.kill(running.pid, HAND_OVER_SIGNAL);
  if (await waitForExit(running.pid, 2 * STOP_DEADLINE_MS)) return true;
  throw new FatalError(
    'WORKER_FAILED',
    `process ${running.pid}, which runs "${plan.name}", does not end; stop it by hand and try again`,
  );
}

import { UserError } from '../../errors/pipeline-error.ts';
import type { Observed } from '../status.ts';
import type { WorkerProcess } from '../worker-process.ts';

/** So many deaths at its start show that a worker cannot run what it was given. */
const TRIAL_DEATHS = 3;

export function isSource({ process }: Observed): boolean {
  return process.role.kind === 'source';
}

/** A tap that fails takes nothing with it. */
export function isFailedPart({ process }: Observed): boolean {
  return process.state === 'failed' && process.role.kind !== 'tap';
}

/** Whether a worker that was started anew cannot do its work. */
export function hasFailedTrial(worker: Observed): boolean {
  return isFailedPart(worker) || worker.process.restarts >= TRIAL_DEATHS;
}

/** What is to be told of it. Code that was overwritten cannot be taken back. */
export function takenBack({ role, failure }: WorkerProcess, isCode: boolean): UserError {
  const why = failure?.message ?? 'see the log';
  const end = isCode
    ? 'it stands still and the rest runs as before, correct its code and apply it again'
    : 'all runs as before, correct the file and apply it again';
  const sentence = `${role.kind} "${role.name}" could not start: ${why}; ${end}`;
  return new UserError('CHANGE_TAKEN_BACK', sentence);
}

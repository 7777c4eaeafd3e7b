import { fork } from 'node:child_process';
import { compiledEntry } from '../../compiled-entry.ts';
import { FatalError, UserError } from '../../errors/pipeline-error.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import type { TopologyRequest } from '../../registry/read-topology.ts';
import type { Plan } from '../../topology/plan.ts';

/** A topology that can run. */
export interface FreshTopology {
  readonly plan: Plan;
  /** Absolute paths of all files it was read from, modules among them. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** What the process that reads it answers. */
export type FreshAnswer = FreshTopology | { readonly code: ErrorCode; readonly message: string };

/**
 * Reads a topology in a process of its own: a module that was imported once is never read again in the same one.
 * @throws UserError as reading a topology does
 */
export async function readFresh(request: TopologyRequest): Promise<FreshTopology> {
  const child = fork(compiledEntry('./read-fresh-main.ts', import.meta.url), [], { stdio: ['ignore', 2, 2, 'ipc'] });
  const answer = await new Promise<FreshAnswer | null>((resolve) => {
    child.once('message', (message) => resolve(message as FreshAnswer));
    child.once('close', () => resolve(null));
    child.once('error', () => resolve(null));
    child.send(request, () => undefined); // where it is gone already, 'close' says so
  });
  if (answer === null) throw new FatalError('INTERNAL', `the process that read ${request.file} ended without a word`);
  if ('code' in answer) throw new UserError(answer.code, answer.message);
  return answer;
}

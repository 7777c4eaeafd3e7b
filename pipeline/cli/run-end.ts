import { UserError } from '../errors/pipeline-error.ts';
import type { Role } from '../runtime/messages.ts';
import type { TopologyStatus } from '../runtime/status.ts';
import type { Plan } from '../topology/plan.ts';
import { paint } from './terminal.ts';
import type { RunView } from './view/run-view.ts';
import { summaryLines, wasLossless } from './view/summary.ts';

/** Asked to stop, all done, or the worker that cannot go on. */
export type End = 'asked' | 'done' | FailedWorker;

interface FailedWorker {
  readonly role: Role;
  readonly failure: { readonly message: string } | null;
}

/** What a run says at its end. */
export interface Conclusion {
  readonly status: () => Omit<TopologyStatus, 'metrics'>;
  readonly view: RunView;
  readonly untilDone: boolean;
}

/** The last words, and the exit code. Figures are complete only now: every worker tells its last ones when it leaves. */
export function conclude(end: End, { status, view, untilDone }: Conclusion): number {
  if (end === 'asked') return exitCodeWhenAsked(untilDone);
  if (end === 'done') {
    const last = status();
    for (const line of summaryLines(last)) view.line(line);
    return wasLossless(last) ? 0 : 1;
  }
  const why = end.failure?.message ?? 'see the log';
  view.line(`${paint('red', 'error')} ${end.role.kind} "${end.role.name}" cannot go on: ${why}`);
  return 1;
}

/** Not everything is done then. */
export function exitCodeWhenAsked(untilDone: boolean): number {
  return untilDone ? 1 : 0;
}

/** @throws UserError UNTIL_DONE_ENDLESS */
export function refuseEndless({ sources }: Plan): void {
  const endless = sources.filter((source) => source.endless).map(({ name }) => `"${name}"`);
  if (endless.length === 0) return;
  throw new UserError(
    'UNTIL_DONE_ENDLESS',
    `--until-done would wait for ever: source ${endless.join(', ')} never ends; leave the option out, or make the source finite`,
  );
}

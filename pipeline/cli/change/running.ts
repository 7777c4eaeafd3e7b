import { resolve } from 'node:path';
import { UserError } from '../../errors/pipeline-error.ts';
import { findRuns, type Run } from '../../runtime/run-file.ts';
import type { Plan } from '../../topology/plan.ts';
import type { TopologyRequest } from '../../registry/read-topology.ts';
import { stateDirectory, type TopologyOptions } from '../options.ts';
import { readPlan } from '../read-plan.ts';

/** What `plan` and `apply` are told of the file. */
export interface FileOptions extends TopologyOptions {
  readonly fileOnly: boolean;
}

/** A topology file as it is now, and the run it would change; null where none runs. */
export interface EditedTopology {
  readonly plan: Plan;
  readonly run: Run | null;
}

const NOTHING_TOLD: Run['overrides'] = { overlays: [], set: [], source: null };

/**
 * Reads a topology file with what the command line of its `up` changed in it.
 * @throws UserError with all findings; CHANGE_IMPOSSIBLE while the run is still starting
 */
export async function editedTopology(
  { file, overlays = [], set = [] }: TopologyRequest,
  { fileOnly }: Pick<FileOptions, 'fileOnly'>,
): Promise<EditedTopology> {
  const runs = await findRuns(stateDirectory());
  const ofFile = runs.find((run) => run.file === resolve(file));
  const { overrides = NOTHING_TOLD } = fileOnly ? {} : (ofFile ?? {});
  const plan = await readPlan({
    file,
    overlays: overlays.length > 0 ? overlays : overrides.overlays,
    set: [...overrides.set, ...set],
    ...(overrides.source !== null && { sourceShortcut: overrides.source }),
  });
  const run = ofFile ?? runs.find(({ topology }) => topology === plan.name) ?? null;
  if (run?.state === 'starting') throw stillStarting(run);
  return { plan, run };
}

function stillStarting({ topology, pid }: Run): UserError {
  const sentence = `topology "${topology}" is starting (process ${pid}); try again in a moment`;
  return new UserError('CHANGE_IMPOSSIBLE', sentence);
}

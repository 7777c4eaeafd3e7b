import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PipelineError, messageOf } from '../../errors/pipeline-error.ts';
import type { TopologyChanger } from '../../runtime/apply/topology-changer.ts';
import type { Run } from '../../runtime/run-file.ts';
import { readPlan } from '../read-plan.ts';
import { paint } from '../terminal.ts';
import type { RunView } from '../view/run-view.ts';

/** Editors write a file in several steps. */
const QUIET_MS = 150;

interface Watched {
  readonly run: Run;
  readonly changer: TopologyChanger;
  readonly view: RunView;
}

/** Applies the file of a run whenever it is saved; what is destructive or wrong is told and left. */
export function watchTopology({ run, changer, view }: Watched): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const name = basename(run.file);
  const watcher = watch(dirname(run.file), (_, changed) => {
    if (changed !== name) return;
    clearTimeout(timer);
    timer = setTimeout(() => void applySaved({ run, changer, view }), QUIET_MS);
  });
  view.line(paint('dim', `watching ${run.file}`));
  return {
    close: () => {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

async function applySaved({ run: { file, overrides }, changer, view }: Watched): Promise<void> {
  try {
    const { set, source } = overrides;
    const plan = await readPlan({ file, set, ...(source !== null && { sourceShortcut: source }) });
    await changer.apply(plan, []);
  } catch (error) {
    const sentence = error instanceof PipelineError ? `${error.code} ${error.message}` : messageOf(error);
    view.line(`${paint('red', 'error')} ${basename(file)} is not applied: ${sentence}`);
  }
}

import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PipelineError, messageOf } from '../../errors/pipeline-error.ts';
import type { TopologyChanger } from '../../runtime/apply/topology-changer.ts';
import type { Run } from '../../runtime/run-file.ts';
import { paint } from '../terminal.ts';
import type { RunView } from '../view/run-view.ts';
import { readFresh } from './read-fresh.ts';

/** Editors write a file in several steps. */
const QUIET_MS = 150;

interface Watched {
  readonly run: Run;
  readonly changer: TopologyChanger;
  readonly view: RunView;
}

/**
 * Applies the topology of a run whenever one of its files (absolute paths) is saved; what is destructive or wrong is
 * told and left.
 */
export function watchTopology(files: readonly string[], watched: Watched): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let watchers: readonly FSWatcher[] = [];
  const onSaved = async (): Promise<void> => {
    const read = await applySaved(watched);
    if (read && watchers.length > 0) follow(read); // it may extend other files now
  };
  const follow = (paths: readonly string[]): void => {
    for (const watcher of watchers) watcher.close();
    watchers = [...new Set(paths.map((path) => dirname(path)))].map((folder) =>
      watch(folder, (_, changed) => {
        if (changed === null || !paths.includes(join(folder, changed))) return;
        clearTimeout(timer);
        timer = setTimeout(() => void onSaved(), QUIET_MS);
      }),
    );
  };
  follow(files);
  watched.view.line(paint('dim', `watching ${files.join(', ')}`));
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      watchers = [];
    },
  };
}

/** The files it was read from; undefined where it could not be. */
async function applySaved({
  run: { file, overrides },
  changer,
  view,
}: Watched): Promise<readonly string[] | undefined> {
  try {
    const { overlays, set, source } = overrides;
    const request = { file, overlays, set, ...(source !== null && { sourceShortcut: source }) };
    const { plan, files, warnings } = await readFresh(request);
    for (const warning of warnings) view.line(warning);
    await changer.apply(plan, []);
    return files;
  } catch (error) {
    const sentence = error instanceof PipelineError ? `${error.code} ${error.message}` : messageOf(error);
    view.line(`${paint('red', 'error')} ${basename(file)} is not applied: ${sentence}`);
    return undefined;
  }
}

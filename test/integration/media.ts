import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './topology-run.ts';

/** Test pictures and videos that lie beside the project, not in it. */
export const media = join(projectRoot, '../shared/media');

export const hasMedia = existsSync(media);

export function hasTool(name: string, ...versionArgs: string[]): boolean {
  return spawnSync(name, versionArgs, { stdio: 'ignore' }).error === undefined;
}

export const hasFfmpeg = hasTool('ffmpeg', '-version');
export const hasKcat = hasTool('kcat', '-V');

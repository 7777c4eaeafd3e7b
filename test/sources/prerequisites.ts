import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Test pictures and videos that lie beside the project, not in it. */
export const media = resolve(import.meta.dirname, '../../../shared/media');

const hasMedia = existsSync(media);
const hasFfmpeg = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).error === undefined;

/** Appended to the name of a suite that is skipped, so that the report says why. */
export const needs = {
  ffmpeg: { missing: !hasFfmpeg, why: hasFfmpeg ? '' : ' (skipped: ffmpeg is not installed)' },
  videos: {
    missing: !hasFfmpeg || !hasMedia,
    why: hasFfmpeg && hasMedia ? '' : ' (skipped: needs ffmpeg and the test media beside the project)',
  },
  media: { missing: !hasMedia, why: hasMedia ? '' : ' (skipped: needs the test media beside the project)' },
};

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDefinition } from '../../pipeline/registry/load.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { quiet } from './quiet.ts';

const SIZE = { width: 1280, height: 720 };
const SEED = 1;
/** Pictures of the street a second: far enough apart that signs come and go within the workload. */
const STREET_FPS = 2;

/** Writes the workload, always the same: JPEGs of 1280x720 of the synthetic street, one file each. Returns their folder. */
export async function writeWorkload(directory: string, frames: number): Promise<string> {
  const folder = join(directory, 'workload');
  await mkdir(folder);
  const source = await loadDefinition('source', 'synthetic');
  const options = source.options.parse({ ...SIZE, seed: SEED, frames, fps: STREET_FPS, pace: 'fast' });
  const context = {
    name: 'workload',
    topology: 'bench',
    log: quiet,
    clock: systemClock,
    baseDirectory: directory,
    signal: new AbortController().signal,
    positions: new Map(),
    advance: async () => undefined,
    deadLetter: async () => undefined,
    announce: () => undefined,
  };
  let index = 0;
  for await (const { value } of source.records(options, context)) {
    await writeFile(join(folder, `${String(index++).padStart(4, '0')}.jpg`), value ?? '');
  }
  return folder;
}

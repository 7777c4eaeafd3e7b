import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, messageOf } from '../errors/pipeline-error.ts';

const FILE = 'recording.json';

const offset = z.string().regex(/^\d+$/);

const manifestSchema = z.object({
  format: z.literal('tapline-recording'),
  version: z.literal(1),
  topic: z.string(),
  /** Partitions of the topic, recorded or not. */
  partitions: z.int().positive(),
  maxMessageBytes: z.int().positive(),
  startedAt: z.string(),
  /** Null: the recording goes on, or it was not ended in good order. */
  endedAt: z.string().nullable(),
  /** Its files in order; what a recording that was not ended has is seen in its folder. */
  files: z.array(
    z.object({
      file: z.string(),
      partition: z.int().nonnegative(),
      bytes: z.int(),
      records: z.int(),
      low: offset,
      high: offset,
    }),
  ),
});

/** `recording.json`: what a recording is of. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Begins a recording. @throws UserError RECORDING_EXISTS where the folder holds one. */
export async function beginManifest(folder: string, manifest: Manifest): Promise<void> {
  try {
    await writeFile(join(folder, FILE), textOf(manifest), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UserError('RECORDING_EXISTS', `${folder} holds a recording already; give another folder`);
  }
}

/** Replaces the manifest, in one piece. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const next = join(folder, `${FILE}.next`);
  await writeFile(next, textOf(manifest), { flush: true });
  await rename(next, join(folder, FILE));
}

/** @throws UserError RECORDING_UNREADABLE */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, FILE);
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? (error.issues[0]?.message ?? 'unknown fault') : messageOf(error);
    throw new UserError(
      'RECORDING_UNREADABLE',
      `${path} tells of no recording: ${why}; give the folder that record made`,
    );
  }
}

function textOf(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

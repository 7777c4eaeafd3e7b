import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RecordPlace } from './under-way-file.ts';

const suspectFile = z.object({
  deaths: z.int().positive(),
  /** How the workers died, the last few. */
  how: z.array(z.string()),
});

/** A record that was under way when workers died, one after the other. */
export type Suspect = Readonly<z.infer<typeof suspectFile>>;

const ENDING = '.suspect.json';
const KEPT_WAYS = 3;
const KEPT_CHARACTERS = 500;
/** A suspect that nobody has read again by then was deleted from its topic, or stepped over. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3600 * 1000;

/** `words-0@17`. */
export function placeName({ topic, partition, offset }: RecordPlace): string {
  return `${topic}-${partition}@${offset}`;
}

/** All suspects of a stage, by the names of their places: one small file each, so that workers need no lock. */
export function readSuspects(folder: string): Map<string, Suspect> {
  const suspects = new Map<string, Suspect>();
  for (const file of namesIn(folder)) {
    if (!file.endsWith(ENDING)) continue;
    const suspect = readSuspect(join(folder, file));
    if (suspect) suspects.set(file.slice(0, -ENDING.length), suspect);
  }
  return suspects;
}

/** One more worker died while it was at this record. */
export function blame(folder: string, record: RecordPlace, how: string): void {
  const path = join(folder, placeName(record) + ENDING);
  const before = readSuspect(path);
  const ways = [...(before?.how ?? []), how.slice(0, KEPT_CHARACTERS)].slice(-KEPT_WAYS);
  const suspect: Suspect = { deaths: (before?.deaths ?? 0) + 1, how: ways };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(suspect)}\n`);
  renameSync(`${path}.tmp`, path);
}

export function acquit(folder: string, place: string): void {
  rmSync(join(folder, place + ENDING), { force: true });
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was ever noted
  }
}

function readSuspect(path: string): Suspect | null {
  try {
    if (Date.now() - statSync(path).mtimeMs < FORGOTTEN_AFTER_MS) {
      return suspectFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    }
  } catch {
    return null; // acquitted meanwhile, or of another version
  }
  rmSync(path, { force: true });
  return null;
}

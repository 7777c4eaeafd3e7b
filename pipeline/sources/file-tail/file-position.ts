import { z } from 'zod';

/** Name of the position that says when the source began for the first time: files found later are new. */
export const BEGUN = 'begun';

const filePosition = z.object({
  /** Where the file was found: the key of its lines. */
  path: z.string(),
  inode: z.string(),
  /** Of the first line that was not yet sent. */
  offset: z.int().min(0),
  /** Of the file's first bytes, those after `offset` left out. */
  fingerprint: z.string(),
  /** When this was written. */
  seenMs: z.number(),
});

/** How far a file was read, as it is stored. */
export type FilePosition = z.output<typeof filePosition>;

/** What a source has stored of its files. */
export function filePositions(stored: ReadonlyMap<string, unknown>): Map<string, FilePosition> {
  const files = [...stored].filter(([id]) => id !== BEGUN);
  return new Map(files.map(([id, at]) => [id, filePosition.parse(at)]));
}

import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isSameBoot, machineBoot } from './machine-boot.ts';
import { isRunning, thisProcess } from './store-owner.ts';

/** Of the files' layout; others are not trusted. */
const FORMAT = 'tapline-store-1';
/** So many processes in a row were killed soon after they opened a store: it may be the store that kills them. */
const SUSPICIOUS_KILLS = 3;

const openSeal = z.object({
  format: z.literal(FORMAT),
  state: z.literal('open'),
  boot: z.string(),
  owner: z.object({ pid: z.int(), started: z.string().nullable() }),
  kills: z.int(),
});
const closedSeal = z.object({
  format: z.literal(FORMAT),
  state: z.literal('closed'),
  size: z.number(),
  modified: z.string(),
});
const seal = z.discriminatedUnion('state', [openSeal, closedSeal]);
type Seal = z.infer<typeof seal>;

/** What the seal of a store says of its data file. */
export type Verdict =
  /** `kills`: how many processes in a row ended before they had proven the store good. */
  | { readonly verdict: 'trusted'; readonly afterKill: boolean; readonly kills: number }
  | { readonly verdict: 'inUse'; readonly pid: number }
  | { readonly verdict: 'untrusted' };

/**
 * A small file beside the data file, which says whether that may be trusted: it was closed in order and nobody touched it
 * since, or it was left open by a process that has ended since the machine was last started. Nothing is flushed to the
 * disk while a store is open, so what a machine that went down leaves behind is worth nothing.
 */
export class StoreSeal {
  readonly #path: string;
  readonly #dataPath: string;

  constructor(path: string, dataPath: string) {
    this.#path = path;
    this.#dataPath = dataPath;
  }

  judge(): Verdict {
    const found = this.#read();
    if (found?.state === 'closed') {
      const now = fingerprint(this.#dataPath);
      const isUntouched = now?.size === found.size && now.modified === found.modified;
      return isUntouched ? { verdict: 'trusted', afterKill: false, kills: 0 } : { verdict: 'untrusted' };
    }
    if (found === null || !isSameBoot(found.boot, machineBoot())) return { verdict: 'untrusted' };
    if (isRunning(found.owner)) return { verdict: 'inUse', pid: found.owner.pid };
    const kills = found.kills + 1;
    return kills < SUSPICIOUS_KILLS ? { verdict: 'trusted', afterKill: true, kills } : { verdict: 'untrusted' };
  }

  open(kills: number): void {
    this.#write({ format: FORMAT, state: 'open', boot: machineBoot(), owner: thisProcess(), kills });
  }

  /** The data file must be on the disk before. */
  close(): void {
    const now = fingerprint(this.#dataPath);
    if (now) this.#write({ format: FORMAT, state: 'closed', ...now });
  }

  /** The data file shall never be trusted again. */
  break(): void {
    writeFileSync(this.#path, '');
  }

  #read(): Seal | null {
    try {
      return seal.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return null; // no seal, or none of ours
    }
  }

  #write(content: Seal): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(content));
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function fingerprint(path: string): { readonly size: number; readonly modified: string } | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? { size: Number(stat.size), modified: String(stat.mtimeNs) } : null;
}

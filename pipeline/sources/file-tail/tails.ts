import { messageOf } from '../../errors/pipeline-error.ts';
import type { SourceContext } from '../../ports/source.ts';
import { filesBeside, findFiles, inodeAt, isRotated, type FoundFile } from './find-files.ts';
import { BEGUN, filePositions, type FilePosition } from './file-position.ts';
import { Tail } from './tail.ts';

/** A file that has left its path is read until nobody has written to it for so long. */
const QUIET_MS = 10_000;
/** Positions of files that were not seen for so long are forgotten. */
const FORGOTTEN_MS = 30 * 24 * 3_600_000;

export interface TailOptions {
  readonly path: string;
  readonly from: 'start' | 'end';
  readonly maxBytes: number;
}

/** The files that are read, and the stored positions that wait for their files. */
export class Tails {
  readonly #options: TailOptions;
  readonly #context: SourceContext;
  readonly #waiting: Map<string, FilePosition>;
  readonly #ids: Set<string>;
  readonly #complaints = new Set<string>();
  #tails: Tail[] = [];
  #begun = false;

  constructor(options: TailOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#waiting = filePositions(context.positions);
    this.#ids = new Set(context.positions.keys());
  }

  /** In the order they are to be read: those that are no longer where they were, and were there before the others, first. */
  get inOrder(): readonly Tail[] {
    return [...this.#tails.filter(({ isGone }) => isGone), ...this.#tails.filter(({ isGone }) => !isGone)];
  }

  /** Looks for new files, and for what became of the others. */
  async look(): Promise<void> {
    const found = await findFiles(this.#options.path, this.#context.baseDirectory);
    await this.#follow(found);
    if (!this.#begun) await this.#findRotated(found);
    for (const file of found) await this.#openNew(file);
    if (!this.#begun) await this.#begin();
    this.#begun = true;
  }

  /** Names a file when its first line is known. */
  idOf(tail: Tail): string {
    if (tail.id !== null) return tail.id;
    const first = `${tail.inode}-${tail.firstLineFingerprint()}`;
    let id = first;
    for (let again = 2; this.#ids.has(id); again++) id = `${first}-${again}`;
    this.#ids.add(id);
    tail.id = id;
    return id;
  }

  /** The same file begins anew: it was emptied (copytruncate) or written over. */
  async beginAnew(tail: Tail): Promise<void> {
    const { log, advance } = this.#context;
    log.warn({ path: tail.currentPath }, `${tail.currentPath} was emptied or written over: it is read from its start`);
    if (tail.id !== null) await advance({ of: tail.id, at: null });
    tail.beginAnew();
  }

  /** Those nobody will write to any more. */
  get finished(): readonly Tail[] {
    const nowMs = this.#context.clock.nowMs();
    return this.#tails.filter(({ isGone, isAtEnd, changedMs }) => isGone && isAtEnd && nowMs - changedMs >= QUIET_MS);
  }

  /** Closes a file. Its position is forgotten, unless it may come back: it was moved out of sight. */
  async finish(tail: Tail): Promise<void> {
    const { advance, clock, log } = this.#context;
    const isBeside = (await filesBeside(tail.path)).some(({ inode }) => inode === tail.inode);
    if (tail.id !== null) {
      if (tail.isDeleted || isBeside) await advance({ of: tail.id, at: null });
      else this.#waiting.set(tail.id, tail.positionAt(tail.offset, clock.nowMs()));
    }
    log.info({ path: tail.path }, `${tail.path} was renamed or deleted, and is read to its end`);
    this.#tails = this.#tails.filter((other) => other !== tail);
    await tail.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.#tails.map((tail) => tail.close()));
  }

  /** Where the files are now that are read already. */
  async #follow(found: readonly FoundFile[]): Promise<void> {
    const places = new Map(found.map(({ inode, path }) => [inode, path]));
    for (const tail of this.#tails) {
      tail.currentPath = places.get(tail.inode) ?? tail.currentPath;
      const isGone = !places.has(tail.inode) && (await inodeAt(tail.path)) !== tail.inode;
      if (isGone !== tail.isGone) tail.changedMs = this.#context.clock.nowMs();
      tail.isGone = isGone;
    }
  }

  /** Files that were renamed while nobody looked: those read before, and those that came and went since. */
  async #findRotated(found: readonly FoundFile[]): Promise<void> {
    const present = new Set(found.map(({ inode }) => inode));
    const rotated = new Map<string, { readonly file: FoundFile; readonly path: string }>();
    for (const { path, inode } of this.#waiting.values()) {
      const beside = present.has(inode) ? [] : await filesBeside(path);
      const renamed = beside.find((file) => file.inode === inode);
      if (!renamed) continue;
      const isLater = (file: FoundFile): boolean =>
        isRotated(file.path, path) && file.modifiedMs > renamed.modifiedMs && !present.has(file.inode);
      for (const file of [renamed, ...beside.filter(isLater)]) rotated.set(file.inode, { file, path });
    }
    const inOrder = [...rotated.values()].sort((one, other) => one.file.modifiedMs - other.file.modifiedMs);
    for (const { file, path } of inOrder) await this.#open(file, path);
  }

  async #openNew(file: FoundFile): Promise<void> {
    if (this.#tails.some(({ inode }) => inode === file.inode)) return;
    await this.#open(file, file.path);
  }

  async #open({ path: at }: FoundFile, path: string): Promise<void> {
    const { log, clock } = this.#context;
    try {
      const tail = await Tail.open({ path, at, maxBytes: this.#options.maxBytes });
      await this.#place(tail).catch(async (error: unknown) => {
        await tail.close();
        throw error;
      });
      tail.isGone = at !== path;
      tail.changedMs = clock.nowMs();
      this.#tails.push(tail);
      this.#complaints.delete(at);
    } catch (error) {
      if (this.#complaints.has(at)) return;
      this.#complaints.add(at);
      log.warn({ path: at }, `${at} cannot be read: ${messageOf(error)}; it is tried again and again`);
    }
  }

  /** Where a file is read on: where it was left, or at its start, or at the very first at its end. */
  async #place(tail: Tail): Promise<void> {
    const { positions, log, advance } = this.#context;
    for (const [id, position] of this.#waiting) {
      if (position.inode !== tail.inode) continue;
      this.#waiting.delete(id);
      if (tail.id === null && (await tail.is(position))) {
        tail.id = id;
        tail.path = position.path;
        await tail.goTo(position.offset);
        continue;
      }
      const sentence = `${position.path} is not there as it was read to byte ${position.offset}: what was written to it later is lost`;
      log.warn({ path: position.path }, `${sentence}; ${tail.currentPath} is read from its start`);
      await advance({ of: id, at: null });
    }
    if (tail.id === null && this.#options.from === 'end' && !positions.has(BEGUN) && !this.#begun) await tail.goToEnd();
  }

  /** At the start of the source: from here on a file without a position is a new one. */
  async #begin(): Promise<void> {
    const { positions, clock, advance, log } = this.#context;
    const nowMs = clock.nowMs();
    if (this.#tails.length === 0) {
      const { path } = this.#options;
      log.warn({ path }, `no file is at ${path} yet; its lines are sent when there is one`);
    }
    if (!positions.has(BEGUN)) {
      for (const tail of this.#tails)
        if (tail.offset > 0) await advance({ of: this.idOf(tail), at: tail.positionAt(tail.offset, nowMs) });
      await advance({ of: BEGUN, at: { sinceMs: nowMs } });
    }
    for (const [id, { path, offset, seenMs }] of this.#waiting) {
      const isForgotten = nowMs - seenMs > FORGOTTEN_MS;
      const what = isForgotten ? 'is forgotten' : 'is read on there if it comes back';
      log.warn({ path }, `${path}, read to byte ${offset}, is not to be found under any name beside it; it ${what}`);
      if (isForgotten) await advance({ of: id, at: null });
    }
  }
}

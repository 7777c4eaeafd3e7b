import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { jsonOrText } from '../record-data.ts';

const TAIL_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** What of a line tells which record it is of. */
const linePlaceSchema = z.looseObject({ offset: z.string().regex(/^\d+$/), timestamp: z.number() });

/** Place of a record in its partition. */
export interface LinePlace {
  readonly offset: bigint;
  readonly timestampMs: number;
}

interface WholeLines {
  /** Of the last line; null where there is none. */
  readonly last: LinePlace | null;
  /** Bytes up to the end of the last whole line. */
  readonly length: number;
}

/** Lines of the records of one partition, appended in the order of their offsets; each record is in it once. */
export class LineFile {
  readonly #file: FileHandle;
  #last: LinePlace | null;
  #length: number;

  private constructor(file: FileHandle, { last, length }: WholeLines) {
    this.#file = file;
    this.#last = last;
    this.#length = length;
  }

  /** Opens or creates the file. A last line that a crash cut short is taken away: its record comes again. */
  static async open(path: string): Promise<LineFile> {
    const file = await open(path, 'a+');
    const lines = await wholeLines(file);
    await file.truncate(lines.length);
    return new LineFile(file, lines);
  }

  /** True when the line was new; false when its record is a repeat. */
  async append(place: LinePlace, line: string): Promise<boolean> {
    if (this.#isRepeat(place)) return false;
    const bytes = Buffer.from(`${line}\n`);
    try {
      await this.#file.appendFile(bytes);
    } catch (error) {
      await this.#file.truncate(this.#length); // half a line, on a full disk, must not stay
      throw error;
    }
    this.#last = place;
    this.#length += bytes.length;
    return true;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** By offset; a later timestamp tells of a topic that was made anew and counts from 0 again. */
  #isRepeat({ offset, timestampMs }: LinePlace): boolean {
    return this.#last !== null && offset <= this.#last.offset && timestampMs <= this.#last.timestampMs;
  }
}

/** Reads back from the end, in growing steps, until a whole line is found. */
async function wholeLines(file: FileHandle): Promise<WholeLines> {
  const { size } = await file.stat();
  for (let bytes = TAIL_BYTES; ; bytes *= 4) {
    const start = Math.max(0, size - bytes);
    const tail = Buffer.alloc(size - start);
    await file.read(tail, 0, tail.length, start);
    const end = tail.lastIndexOf(NEWLINE) + 1;
    const begin = end < 2 ? 0 : tail.lastIndexOf(NEWLINE, end - 2) + 1;
    if (start > 0 && begin === 0) continue;
    return { last: placeIn(tail.toString('utf8', begin, end)), length: start + end };
  }
}

function placeIn(line: string): LinePlace | null {
  const parsed = linePlaceSchema.safeParse(jsonOrText(line));
  return parsed.success ? { offset: BigInt(parsed.data.offset), timestampMs: parsed.data.timestamp } : null;
}

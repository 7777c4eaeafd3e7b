import { differingShare, type Pixels } from './pixels.ts';
import type { Difference } from './value-matching.ts';

/** What a record turned out to show. */
export class FoundPicture {
  /** Null where it is no picture. */
  readonly pixels: Pixels | null;

  constructor(pixels: Pixels | null) {
    this.pixels = pixels;
  }

  toJSON(): string {
    return this.pixels ? sizeOf(this.pixels) : 'none';
  }
}

/** A picture that a record shall show. */
export class ExpectedPicture {
  /** As the test names it. */
  readonly file: string;
  readonly #within: number;
  readonly #pixels: Pixels | null;
  /** A picture is held against the same one several times until all have found theirs. */
  readonly #compared = new WeakMap<Pixels, ReturnType<typeof differingShare>>();

  /**
   * @param within share of the pixels, from 0 to 1, that may be seen to differ
   * @param pixels null where the file is not there yet
   */
  constructor(file: string, within: number, pixels: Pixels | null) {
    this.file = file;
    this.#within = within;
    this.#pixels = pixels;
  }

  /** Where what was found does not look like it: one difference, or none. */
  differences(path: string, found: unknown): Difference[] {
    const { pixels } = found as FoundPicture;
    if (!pixels) return this.#difference(path, 'no picture');
    if (!this.#pixels) return this.#difference(path, `a picture of ${sizeOf(pixels)}, and no such file yet`);
    if (sizeOf(pixels) !== sizeOf(this.#pixels)) return this.#difference(path, `a picture of ${sizeOf(pixels)}`);
    const { share } = this.#compare(this.#pixels, pixels);
    if (share <= this.#within) return [];
    return this.#difference(path, `${Number(share.toPrecision(2))} of its pixels different`);
  }

  /** The pixels that differ, in red; null where there are none to compare. */
  marked({ pixels }: FoundPicture): Pixels | null {
    if (!pixels || !this.#pixels || sizeOf(pixels) !== sizeOf(this.#pixels)) return null;
    return this.#compare(this.#pixels, pixels).marked;
  }

  #compare(expected: Pixels, found: Pixels): ReturnType<typeof differingShare> {
    const known = this.#compared.get(found);
    if (known) return known;
    const compared = differingShare(expected, found);
    this.#compared.set(found, compared);
    return compared;
  }

  toJSON(): string {
    return this.file;
  }

  #difference(path: string, found: string): Difference[] {
    const size = this.#pixels ? ` (${sizeOf(this.#pixels)}, within ${this.#within})` : '';
    return [{ path, expected: `${this.file}${size}`, found }];
  }
}

function sizeOf({ width, height }: Pixels): string {
  return `${width}x${height}`;
}

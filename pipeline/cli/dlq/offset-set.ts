/** Kafka keeps at most 4096 bytes beside an offset. */
const TEXT_LIMIT = 4_000;
const RADIX = 36;

interface Stretch {
  from: bigint;
  to: bigint;
}

/**
 * Offsets that are done, as stretches `from`..`to`. It travels as an offset (all before it are done) and a short text
 * for the stretches after that: `3+5,2+1` is a gap of 3, 5 done, a gap of 2, 1 done.
 */
export class OffsetSet {
  #stretches: Stretch[];

  private constructor(stretches: Stretch[]) {
    this.#stretches = stretches;
  }

  /** Text that is none of ours counts for nothing. */
  static parse(next: bigint, text: string): OffsetSet {
    const set = new OffsetSet(next > 0n ? [{ from: 0n, to: next }] : []);
    let position = next;
    for (const part of text === '' ? [] : text.split(',')) {
      const [gap, length] = part.split('+').map((digits) => parseInt(digits, RADIX));
      if (gap === undefined || length === undefined || !(gap > 0) || !(length > 0)) return set;
      const from = position + BigInt(gap);
      position = from + BigInt(length);
      set.#stretches.push({ from, to: position });
    }
    return set;
  }

  /** Up to here everything is done. */
  get next(): bigint {
    const first = this.#stretches[0];
    return first?.from === 0n ? first.to : 0n;
  }

  /** Offset after the last one that is done. */
  get end(): bigint {
    return this.#stretches.at(-1)?.to ?? 0n;
  }

  has(offset: bigint): boolean {
    return this.#stretches.some(({ from, to }) => from <= offset && offset < to);
  }

  /** Marks `from` to `to` as done, `to` excluded. */
  add(from: bigint, to: bigint): void {
    if (to <= from) return;
    const touching = this.#stretches.filter((one) => one.from <= to && one.to >= from);
    const merged = touching.reduce((all, one) => ({ from: least(all.from, one.from), to: most(all.to, one.to) }), {
      from,
      to,
    });
    const before = this.#stretches.filter((one) => one.to < from);
    const after = this.#stretches.filter((one) => one.from > to);
    this.#stretches = [...before, merged, ...after];
  }

  /** The stretches after {@link next}; `complete` is false where the last ones did not fit. */
  text(): { readonly text: string; readonly complete: boolean } {
    let position = this.next;
    let text = '';
    for (const { from, to } of this.#stretches) {
      if (to <= position) continue;
      const part = `${(from - position).toString(RADIX)}+${(to - from).toString(RADIX)}`;
      if (text.length + part.length >= TEXT_LIMIT) return { text, complete: false };
      text = text === '' ? part : `${text},${part}`;
      position = to;
    }
    return { text, complete: true };
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

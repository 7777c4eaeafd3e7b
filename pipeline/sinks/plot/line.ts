/** A value at a time. */
export interface Point {
  readonly timeMs: number;
  readonly value: number;
  /** It came after one that is younger. */
  readonly isLate: boolean;
  /** Grows with every point of the plot. */
  readonly version: number;
}

/** The points of one line in the order of their times, the youngest ones. */
export class Line {
  readonly #most: number;
  #points: Point[] = [];
  #late = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many have come late so far. */
  get late(): number {
    return this.#late;
  }

  get newestMs(): number {
    return this.#points.at(-1)?.timeMs ?? -Infinity;
  }

  /** A value of a time that is there replaces it, as one that is read again does. */
  add({ timeMs, value }: Pick<Point, 'timeMs' | 'value'>, version: number): void {
    const at = this.#placeOf(timeMs);
    const isKnown = this.#points[at]?.timeMs === timeMs;
    const isLate = isKnown ? (this.#points[at]?.isLate ?? false) : at < this.#points.length;
    if (isLate && !isKnown) this.#late++;
    this.#points.splice(at, isKnown ? 1 : 0, { timeMs, value, isLate, version });
    // a piece at a time: to move all of them for each new one would cost more than the memory is worth
    if (this.#points.length > this.#most * 1.1 + 10) this.#points = this.#points.slice(-this.#most);
  }

  since(version: number): readonly Point[] {
    return this.#points.slice(-this.#most).filter((point) => point.version > version);
  }

  /** Index of the first point that is not older. */
  #placeOf(timeMs: number): number {
    let [low, high] = [0, this.#points.length];
    if ((this.#points.at(-1)?.timeMs ?? -Infinity) < timeMs) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#points[middle]?.timeMs ?? Infinity) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

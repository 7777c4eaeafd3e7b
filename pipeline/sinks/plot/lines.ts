import type { Changes } from '../../web/event-stream.ts';
import { Line, type Point } from './line.ts';

export interface LinesSettings {
  /** Points of each line, and lines, that are kept. */
  readonly points: number;
  readonly lines: number;
}

/** A line as the page is told of it. */
interface ToldLine {
  readonly name: string;
  readonly late: number;
  /** Time, value, and 1 where it came late. */
  readonly points: readonly (readonly [timeMs: number, value: number, isLate: 0 | 1])[];
}

/** All lines of a plot, by name. */
export class Lines {
  readonly #settings: LinesSettings;
  readonly #lines = new Map<string, Line>();
  #version = 0;

  constructor(settings: LinesSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#lines.size;
  }

  get points(): number {
    return this.#version;
  }

  add(name: string, point: Pick<Point, 'timeMs' | 'value'>): void {
    const line = this.#lines.get(name) ?? new Line(this.#settings.points);
    line.add(point, ++this.#version);
    this.#lines.set(name, line);
    if (this.#lines.size > this.#settings.lines) this.#forgetSilentest();
  }

  /** For the page: what came after a version. `names` are all lines there are. */
  since(version: number): Changes {
    const told = [...this.#lines].map(([name, line]): ToldLine => ({
      name,
      late: line.late,
      points: line.since(version).map(toldPoint),
    }));
    const lines = told.filter(({ points }) => points.length > 0);
    return { version: this.#version, data: { names: [...this.#lines.keys()], lines } };
  }

  #forgetSilentest(): void {
    let silentest: string | undefined;
    let newestMs = Infinity;
    for (const [name, line] of this.#lines) {
      if (line.newestMs >= newestMs) continue;
      silentest = name;
      newestMs = line.newestMs;
    }
    if (silentest !== undefined) this.#lines.delete(silentest);
  }
}

function toldPoint({ timeMs, value, isLate }: Point): ToldLine['points'][number] {
  return [timeMs, value, isLate ? 1 : 0];
}

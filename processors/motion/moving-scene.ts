import type { Size } from '../../pipeline/index.ts';
import { alignedCells, findShift, type Shift } from './alignment.ts';
import { beyondNeighbours } from './beyond.ts';
import { inLightOf, medianDifference } from './light.ts';
import { inLocalLight } from './local-light.ts';
import type { Raster } from './raster.ts';
import { areNear, findRegions, type Region } from './regions.ts';
import { isOtherLight } from './texture.ts';

/** How a scene is watched; lengths in cells, areas in numbers of them. */
export interface SceneSettings {
  readonly minArea: number;
  readonly threshold: number;
  readonly learnMs: number;
  readonly warmUpMs: number;
  readonly reach: number;
  /** 1 for each cell that counts. */
  readonly watched: Uint8Array;
}

/** A region that moves, where it is in the raster, and how clearly it stands out, 0 to 1. */
export interface Mover {
  readonly region: Region;
  readonly score: number;
}

export interface SceneChange {
  /** `learning`: nothing can be told yet; `changed`: all looks different, so the scene is learnt anew. */
  readonly state: 'learning' | 'watching' | 'changed';
  readonly movers: readonly Mover[];
  /** What the camera was displaced by. */
  readonly shift: Shift;
}

/** What differed from the background, and from what differed a moment ago. */
interface Difference {
  readonly timeMs: number;
  /** Cells less the background in their light. */
  readonly residual: Float32Array;
}

/** Motion is what looks other than so long ago; what only looks other than the background stands still. */
const MOMENT_MS = 350;
/** A scene of which more than this share differs is another scene. */
const OTHER_SCENE = 0.6;
/** Times the noise of the camera that a cell must differ by. */
const NOISE_TIMES = 5;
/** From median to standard deviation, of normal noise. */
const SIGMA_OF_MEDIAN = 1.4826;
/** Leaves and water make the threshold rise where they are, up to so many times. */
const RESTLESS_TIMES = 2.5;
const RESTLESS_LEARNS = 6;

/**
 * What is still in front of one camera, learnt from its pictures, and what moves before it. It is a value of memory: who
 * begins anew learns anew, for `warmUpMs`.
 */
export class MovingScene {
  readonly #size: Size;
  readonly #settings: SceneSettings;
  #background: Float32Array;
  /** Mean of how far each cell strays from its background. */
  #restless: Float32Array;
  #recent: Difference[] = [];
  /** Regions of the frame before that might have moved. */
  #before: readonly Region[] = [];
  #ageMs = 0;

  constructor({ cells, width, height }: Raster, settings: SceneSettings) {
    this.#size = { width, height };
    this.#settings = settings;
    this.#background = cells.slice();
    this.#restless = new Float32Array(cells.length);
  }

  /** The frame `elapsedMs` after the one before. */
  next(raster: Raster, elapsedMs: number): SceneChange {
    this.#ageMs += elapsedMs;
    const shift = findShift(raster, this.#background, this.#settings.reach);
    const cells = alignedCells(raster, shift);
    const lit = inLightOf(cells, this.#background, this.#size);
    const marks = this.#marks(cells, lit);
    if (share(marks) > OTHER_SCENE) return this.#beginAnew(raster, shift);
    const residual = difference(cells, lit);
    const regions = findRegions(marks, this.#size).filter(
      (region) => region.cells.length >= this.#settings.minArea && !isOtherLight(region, { cells, lit }, this.#size),
    );
    const moving = this.#ofThoseMoving(regions, { timeMs: this.#ageMs, residual });
    this.#learn({ cells, lit, moving }, elapsedMs);
    const lasting = moving.filter((region) => this.#before.some((before) => areNear(region, before, 2)));
    this.#before = moving;
    if (this.#ageMs < this.#settings.warmUpMs) return { state: 'learning', movers: [], shift };
    return {
      state: 'watching',
      movers: lasting.map((region) => ({ region, score: this.#score(region, residual) })),
      shift,
    };
  }

  #beginAnew({ cells }: Raster, shift: Shift): SceneChange {
    this.#background = cells.slice();
    this.#recent = [];
    this.#before = [];
    return { state: 'changed', movers: [], shift };
  }

  /** 1 for each cell that differs from the background, in whatever light. */
  #marks(cells: Float32Array, lit: Float32Array): Float32Array {
    const { watched } = this.#settings;
    const least = Math.max(this.#settings.threshold, NOISE_TIMES * SIGMA_OF_MEDIAN * medianDifference(cells, lit));
    const most = Math.max(least, RESTLESS_TIMES * this.#settings.threshold);
    const beyond = beyondNeighbours(cells, lit, this.#size);
    if (!beyond.some((by) => by > least)) return beyond.fill(0);
    const locallyLit = inLocalLight(cells, lit, { size: this.#size, limit: least });
    const beyondLight = beyondNeighbours(cells, locallyLit, this.#size);
    return beyond.map((by, at) => {
      const limit = Math.min(most, Math.max(least, 3 * (this.#restless[at] ?? 0)));
      return watched[at] === 1 && by > limit && (beyondLight[at] ?? 0) > limit ? 1 : 0;
    });
  }

  /** The regions that look other than a moment ago. */
  #ofThoseMoving(regions: readonly Region[], now: Difference): readonly Region[] {
    const earlier = this.#recent.findLast(({ timeMs }) => now.timeMs - timeMs >= MOMENT_MS) ?? this.#recent[0];
    this.#recent = [...this.#recent.filter(({ timeMs }) => now.timeMs - timeMs <= 2 * MOMENT_MS), now];
    if (!earlier) return [];
    const moved = beyondNeighbours(now.residual, earlier.residual, this.#size);
    const { threshold } = this.#settings;
    return regions.filter(({ cells }) => {
      const changed = cells.filter((at) => (moved[at] ?? 0) > threshold).length;
      return changed >= Math.max(3, cells.length * 0.02);
    });
  }

  /** Where nothing moves, the background follows the picture; behind what moves, it follows the light alone. */
  #learn(seen: { cells: Float32Array; lit: Float32Array; moving: readonly Region[] }, elapsedMs: number): void {
    const { learnMs, warmUpMs } = this.#settings;
    const isNew = this.#ageMs <= warmUpMs && elapsedMs > 0;
    const rate = isNew ? elapsedMs / (this.#ageMs + elapsedMs) : 1 - Math.exp((-3 * elapsedMs) / learnMs);
    const restlessRate = 1 - Math.exp(-elapsedMs / (RESTLESS_LEARNS * learnMs));
    const behind = new Uint8Array(seen.cells.length);
    for (const region of seen.moving) coverBox(behind, region, this.#size.width);
    for (let at = 0; at < behind.length; at++) {
      const cell = seen.cells[at] ?? 0;
      const lit = seen.lit[at] ?? 0;
      const old = this.#background[at] ?? 0;
      this.#background[at] = old + rate * ((behind[at] === 1 ? lit : cell) - old);
      const restless = this.#restless[at] ?? 0;
      this.#restless[at] = restless + restlessRate * (Math.abs(cell - lit) - restless);
    }
  }

  /** A region that differs by the threshold has 0.5. */
  #score({ cells }: Region, residual: Float32Array): number {
    const mean = cells.reduce((sum, at) => sum + Math.abs(residual[at] ?? 0), 0) / cells.length;
    return mean / (mean + this.#settings.threshold);
  }
}

function difference(cells: Float32Array, lit: Float32Array): Float32Array {
  return cells.map((cell, at) => cell - (lit[at] ?? 0));
}

/** All of its box: the inside of an object may look like what is behind it. */
function coverBox(cells: Uint8Array, { left, top, right, bottom }: Region, width: number): void {
  for (let y = top; y < bottom; y++) cells.fill(1, y * width + left, y * width + right);
}

function share(marks: Float32Array): number {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}

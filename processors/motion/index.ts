import {
  defineProcessor,
  frameOutput,
  type ConsumerRecord,
  type DetectedObject,
  type OutputRecord,
  type Size,
} from '../../pipeline/index.ts';
import { loadSharp, type Sharp } from '../picture/sharp.ts';
import { cellsInside } from '../scene/area.ts';
import { placeOf, sceneStep, type ScenePlace } from '../scene/scene-place.ts';
import { MovingScene, type Mover, type SceneChange, type SceneSettings } from './moving-scene.ts';
import { options, type MotionOptions } from './options.ts';
import { seeFrame, type Raster, type SeenFrame } from './raster.ts';

/** Name of the detector in `objects`. */
const MODEL = 'motion';
/** No number of COCO. */
const LABEL_ID = 0;
/** Cameras one worker remembers the background of, about a quarter of a megabyte each. */
const MOST_SCENES = 200;
/** A region is in a zone with so much of it. */
const IN_ZONE = 0.1;

type Zoned = Readonly<Record<string, Uint8Array>>;

/** A camera as it was seen last. */
interface Camera {
  readonly place: ScenePlace;
  readonly scene: MovingScene;
  readonly raster: Size;
  /** 1 for each cell inside, by zone. */
  readonly zones: Zoned;
  /** What the last frame came to, for the case that it comes again. */
  readonly change: SceneChange;
}

/**
 * Finds what moves before a camera that stands still. What is known of a camera is kept in memory: after a restart, or
 * where its partition moves to another worker, nothing is found in it for `warmUp`.
 */
export default defineProcessor({
  name: 'motion',
  summary:
    'Finds what moves before a camera that stands still, in raw pixels or encoded pictures; light, noise and small shakes are no motion.',
  options,
  async create(settings) {
    const cameras = new Cameras(settings);
    const sharp = await loadSharp();
    return { process: (record) => detect(record, { sharp, cameras, detail: settings.detail }) };
  },
});

interface Detecting {
  readonly sharp: Sharp;
  readonly cameras: Cameras;
  readonly detail: number;
}

async function detect(record: ConsumerRecord, { sharp, cameras, detail }: Detecting): Promise<OutputRecord> {
  const seen = await seeFrame(sharp, record, detail);
  const { change, zones } = cameras.see(seen, record);
  const { meta } = seen.frame;
  const motion = { state: change.state, score: areaOf(change.movers) / seen.raster.cells.length };
  const others = meta.objects?.filter(({ model }) => model !== MODEL) ?? [];
  const found = change.movers.map((mover) => objectOf(mover, { seen, change, zones }));
  const isTold = change.state === 'watching' || meta.objects !== undefined;
  const objects = [...others, ...found].map((object, index) => ({ ...object, id: String(index) }));
  const output = frameOutput({
    ...seen.frame,
    meta: { ...meta, motion: { ...motion, score: rounded(motion.score, 5) }, ...(isTold && { objects }) },
  });
  return { ...output, headers: { ...output.headers, ce_type: 'dev.tapline.detections.v1' } };
}

/** The cameras of a worker, by task and source. */
class Cameras {
  readonly #settings: MotionOptions;
  readonly #cameras = new Map<string, Camera>();

  constructor(settings: MotionOptions) {
    this.#settings = settings;
  }

  see({ frame: { meta }, raster }: SeenFrame, { topic, partition }: ConsumerRecord): Camera {
    const key = `${topic}-${partition}/${meta.frame.sourceId}`;
    const place = placeOf(meta);
    const known = this.#cameras.get(key);
    const step = sceneStep(known?.place, place);
    if (step.kind === 'repeat' && known) return known;
    const isSame = known?.raster.width === raster.width && known.raster.height === raster.height;
    const before = known && isSame && step.kind === 'next' ? known : this.#newCamera(raster);
    const change = before.scene.next(raster, step.kind === 'next' ? step.elapsedMs : 0);
    const camera = { ...before, place, change };
    this.#cameras.delete(key); // put back at the end: the first one was seen longest ago
    this.#cameras.set(key, camera);
    if (this.#cameras.size > MOST_SCENES) this.#forgetFirst();
    return camera;
  }

  #newCamera(raster: Raster): Omit<Camera, 'place' | 'change'> {
    const { width, height } = raster;
    const zones = Object.entries(this.#settings.zones ?? {}).map(([name, area]) => [name, cellsInside([area], raster)]);
    return {
      scene: new MovingScene(raster, this.#sceneOf(raster)),
      raster: { width, height },
      zones: Object.fromEntries(zones) as Zoned,
    };
  }

  #forgetFirst(): void {
    const [first] = this.#cameras.keys();
    if (first !== undefined) this.#cameras.delete(first);
  }

  #sceneOf(raster: Raster): SceneSettings {
    const { minArea, threshold, zones, masks, shake, learn, warmUp } = this.#settings;
    const masked = cellsInside(masks, raster);
    const zoned = zones && cellsInside(Object.values(zones), raster);
    return {
      minArea: Math.max(2, minArea * raster.cells.length),
      threshold,
      learnMs: learn,
      warmUpMs: warmUp,
      reach: Math.round(shake * raster.width),
      watched: masked.map((mask, at) => (mask === 1 || zoned?.[at] === 0 ? 0 : 1)),
    };
  }
}

interface Surroundings {
  readonly seen: SeenFrame;
  readonly change: SceneChange;
  readonly zones: Zoned;
}

function objectOf(
  { region, score }: Mover,
  { seen: { size, raster }, change: { shift }, zones }: Surroundings,
): DetectedObject {
  const [byX, byY] = [size.width / raster.width, size.height / raster.height];
  const left = clamp(region.left + shift.x, raster.width);
  const top = clamp(region.top + shift.y, raster.height);
  const right = clamp(region.right + shift.x, raster.width);
  const bottom = clamp(region.bottom + shift.y, raster.height);
  return {
    id: '0',
    trackId: null,
    model: MODEL,
    label: 'motion',
    labelId: LABEL_ID,
    score: rounded(score, 4),
    bbox: [
      rounded(left * byX, 3),
      rounded(top * byY, 3),
      rounded((right - left) * byX, 3),
      rounded((bottom - top) * byY, 3),
    ],
    attributes: [],
    zones: Object.keys(zones).filter((name) => isInZone(region.cells, zones[name])),
  };
}

function isInZone(cells: readonly number[], inside: Uint8Array | undefined): boolean {
  return cells.filter((at) => inside?.[at] === 1).length >= cells.length * IN_ZONE;
}

function areaOf(movers: readonly Mover[]): number {
  return movers.reduce((sum, { region }) => sum + region.cells.length, 0);
}

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(0, value));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

import type { Bbox, ConsumerRecord } from '../../../pipeline/index.ts';
import { frameMeta, frameRecord } from '../frame-records.ts';

export const WIDTH = 320;
export const HEIGHT = 180;
export const FPS = 10;

/** Something that moves: grey with stripes, where it is at a time (seconds), or null while it is away. */
export interface Actor {
  readonly width: number;
  readonly height: number;
  readonly grey: number;
  at(seconds: number): readonly [x: number, y: number] | null;
}

/** What happens before and around a camera. */
export interface Scene {
  readonly seconds: number;
  readonly actors?: readonly Actor[];
  /** Brightness of a place that had `grey`, as the light of that time shows it. */
  readonly light?: (grey: number, at: { readonly x: number; readonly y: number; readonly seconds: number }) => number;
  /** Standard deviation of each channel of each pixel. */
  readonly noise?: number;
  /** Displacement of the camera, pixels. */
  readonly shake?: (seconds: number) => readonly [x: number, y: number];
}

export interface DrawnFrame {
  readonly record: ConsumerRecord;
  /** Boxes of the actors that are wholly in the picture. */
  readonly truth: readonly Bbox[];
}

/** A generator of numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A walk across the picture at a speed (pixels a second), beginning after some seconds. */
export function walker(
  parts: Partial<Actor> & { readonly speed: number; readonly y: number; readonly from?: number },
): Actor {
  const { speed, y, from = 2, width = 24, height = 56, grey = 40 } = parts;
  const start = speed > 0 ? 2 : WIDTH - width - 2;
  return {
    width,
    height,
    grey,
    at: (seconds) => {
      const x = start + speed * (seconds - from);
      return seconds < from || x > WIDTH - width - 1 || x < 1 ? null : [x, y];
    },
  };
}

/** The frames of a scene as records of raw pixels. */
export function* drawScene(scene: Scene, seed = 1): Generator<DrawnFrame> {
  const noiseOf = noiseFrom(randomOf(seed), scene.noise ?? 0);
  for (let seq = 0; seq < scene.seconds * FPS; seq++) {
    const seconds = seq / FPS;
    const shift = scene.shake?.(seconds) ?? [0, 0];
    const placed = (scene.actors ?? []).flatMap((actor): readonly Placed[] => {
      const place = actor.at(seconds);
      return place ? [{ actor, x: place[0] - shift[0], y: place[1] - shift[1] }] : [];
    });
    const bytes = Buffer.alloc(WIDTH * HEIGHT * 3);
    for (let y = 0; y < HEIGHT; y++) {
      const noise = noiseOf();
      for (let x = 0; x < WIDTH; x++) {
        const seen = greyAt(placed, { x, y, shift });
        const grey = scene.light ? scene.light(seen, { x, y, seconds }) : seen;
        for (let channel = 0; channel < 3; channel++) {
          bytes[(y * WIDTH + x) * 3 + channel] = Math.min(255, Math.max(0, Math.round(grey + noise(x * 3 + channel))));
        }
      }
    }
    const truth = placed.map(({ actor, x, y }): Bbox => [x, y, actor.width, actor.height]);
    yield { record: rawRecordOf(bytes, seq), truth };
  }
}

interface Placed {
  readonly actor: Actor;
  readonly x: number;
  readonly y: number;
}

function greyAt(
  placed: readonly Placed[],
  { x, y, shift }: { readonly x: number; readonly y: number; readonly shift: readonly [number, number] },
): number {
  const front = placed.findLast(
    ({ actor, x: left, y: top }) => x >= left && y >= top && x < left + actor.width && y < top + actor.height,
  );
  if (front) return front.actor.grey + (Math.floor((y - front.y) / 8) % 2) * 25;
  return background(x + shift[0], y + shift[1]);
}

function rawRecordOf(bytes: Buffer, seq: number): ConsumerRecord {
  const transforms = [{ op: 'initial', width: WIDTH, height: HEIGHT }];
  const captureTimeUs = 1_795_224_600_000_000 + seq * (1_000_000 / FPS);
  const frame = { id: `cam1-${seq}`, seq, captureTimeUs, width: WIDTH, height: HEIGHT, transforms };
  return frameRecord(bytes, `image/x-raw;format=rgb24;width=${WIDTH};height=${HEIGHT}`, frameMeta({}, frame));
}

/** Noise of a row at a time: numbers of a normal distribution from a place by chance of a table. */
function noiseFrom(random: () => number, deviation: number): () => (at: number) => number {
  if (deviation === 0) return () => () => 0;
  const table = Float32Array.from({ length: 1 << 16 }, () => deviation * normal(random));
  return () => {
    const from = Math.floor(random() * table.length);
    return (at) => table[(from + at) % table.length] ?? 0;
  };
}

/** A wall with bricks, a pale sky and a flat yard: patterns and none. */
function background(x: number, y: number): number {
  if (y < 40) return 200 - y * 0.4;
  if (y > 126) return 120 + 6 * Math.sin(x / 37) + 5 * Math.sin((x + 2 * y) / 23);
  const row = Math.floor(y / 14);
  const inBrick = (x + (row % 2) * 16 + 3200) % 32;
  const isJoint = inBrick < 3 || (y + 1400) % 14 < 2;
  return isJoint ? 165 : 105 + 12 * Math.sin(row * 7 + Math.floor((x + (row % 2) * 16) / 32) * 3);
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

import { describe, expect, it } from 'vitest';
import type { Bbox } from '../../../pipeline/index.ts';
import motion from '../../../processors/motion/index.ts';
import { onlyFrame, started } from '../frame-records.ts';
import { drawScene, FPS, HEIGHT, randomOf, walker, WIDTH, type Scene } from './drawn-scene.ts';
import { precision, recall, tally, type Tally } from './score-boxes.ts';

const walkers = [
  walker({ speed: 40, y: 100 }),
  walker({ speed: -30, y: 30, from: 4, grey: 70, width: 34, height: 40 }),
];

/** Hand-held: a slow sway and a tremble of part of a pixel. */
function shake(seed: number): (seconds: number) => readonly [number, number] {
  const random = randomOf(seed);
  const tremble = Array.from({ length: 1000 }, () => [random() - 0.5, random() - 0.5] as const);
  return (seconds) => {
    const [x, y] = tremble[Math.round(seconds * FPS)] ?? [0, 0];
    return [3 * Math.sin(seconds * 2.3) + 1.5 * x, 2 * Math.cos(seconds * 3.1) - 2 + 1.5 * y];
  };
}

/** A lamp for the whole picture, nearer to its left side, that needs a moment to be at its full. */
const lampOn: Scene['light'] = (grey, { x, y, seconds }) => {
  const on = Math.min(1, Math.max(0, (seconds - 5) / 0.3));
  return grey * (1 + on * (0.5 - (0.3 * x) / WIDTH + (0.1 * y) / HEIGHT)) + 12 * on;
};

/** A spot that lights a part of the yard and the wall. */
const spotOn: Scene['light'] = (grey, { x, y, seconds }) => {
  if (seconds < 5 || seconds > 9) return grey;
  return grey * (1 + 0.7 * Math.exp(-((x - 200) ** 2 + (y - 130) ** 2) / (2 * 36 ** 2)));
};

async function judged(scene: Scene, options: object = {}): Promise<Tally> {
  const see = await started(motion, options);
  const sum: Tally = { found: 0, wrong: 0, missed: 0 };
  for (const { record, truth } of drawScene(scene)) {
    const { meta } = onlyFrame(await see(record));
    tally(
      sum,
      truth,
      (meta.objects ?? []).map(({ bbox }): Bbox => bbox),
    );
  }
  return sum;
}

const seconds = 14;

const SCENES: Readonly<Record<string, Scene>> = {
  'objects that cross': { seconds, actors: walkers },
  'objects that cross in the noise of a night': { seconds, actors: walkers, noise: 14 },
  'objects that cross before a shaking camera': { seconds, actors: walkers, shake: shake(3), noise: 3 },
  'objects that cross while a lamp goes on': { seconds, actors: walkers, light: lampOn, noise: 3 },
  'objects that cross while a spot goes on and off': { seconds, actors: walkers, light: spotOn, noise: 3 },
  'all at once': { seconds, actors: walkers, light: lampOn, noise: 8, shake: shake(5) },
};

const EMPTY: Readonly<Record<string, Scene>> = {
  noise: { seconds: 6, noise: 14 },
  'a shaking camera': { seconds: 8, shake: shake(4), noise: 3 },
  'a lamp that goes on': { seconds: 8, light: lampOn, noise: 3 },
  'a spot that goes on and off': { seconds: 11, light: spotOn, noise: 3 },
};

describe('what motion finds', { timeout: 120_000 }, () => {
  it.each(Object.entries(SCENES))('finds 95 of 100 boxes, and 95 of 100 are right: %s', async (name, scene) => {
    const sum = await judged(scene);

    const figures = { precision: precision(sum), recall: recall(sum) };
    process.stdout.write(
      `motion, ${name}: precision ${figures.precision.toFixed(3)}, recall ${figures.recall.toFixed(3)} ` +
        `(${sum.found} found, ${sum.wrong} wrong, ${sum.missed} missed)\n`,
    );
    expect(figures.precision).toBeGreaterThanOrEqual(0.95);
    expect(figures.recall).toBeGreaterThanOrEqual(0.95);
  });

  it.each(Object.entries(EMPTY))('alarms nobody where there is only %s', async (_, scene) => {
    expect((await judged(scene)).wrong).toBe(0);
  });
});

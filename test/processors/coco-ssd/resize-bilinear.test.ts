import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createResize, INPUT_SIDE } from '../../../processors/coco-ssd/ssd/resize-bilinear.ts';

const side = fc.integer({ min: 1, max: 700 });

/** What TensorFlow.js makes of the picture, planar and scaled to -1..1. */
async function byTensorFlow(pixels: Uint8Array, width: number, height: number): Promise<Float32Array> {
  const planar = tf.tidy(() => {
    const picture = tf.tensor3d(pixels, [height, width, 3], 'int32');
    const scaled = tf.image.resizeBilinear(picture, [INPUT_SIDE, INPUT_SIDE], false, false);
    return tf.transpose(tf.sub(tf.mul(scaled, 2 / 255), 1), [2, 0, 1]);
  });
  const values = (await planar.data()) as Float32Array;
  planar.dispose();
  return values;
}

function noise(width: number, height: number, seed: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  let state = seed;
  for (let index = 0; index < pixels.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pixels[index] = state >>> 24;
  }
  return pixels;
}

describe('resize for the network', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('is what TensorFlow.js makes of pictures of any size', { timeout: 60_000 }, async () => {
    const resize = createResize();

    await fc.assert(
      fc.asyncProperty(side, side, fc.nat(), async (width, height, seed) => {
        const pixels = noise(width, height, seed);
        const expected = await byTensorFlow(pixels, width, height);
        const actual = resize(pixels, { width, height });
        const worst = actual.reduce((far, value, index) => Math.max(far, Math.abs(value - expected[index]!)), 0);
        expect(worst).toBeLessThan(1e-3);
      }),
      {
        numRuns: 12,
        examples: [
          [1, 1, 7],
          [300, 300, 7],
          [640, 360, 7],
          [1, 700, 7],
        ],
      },
    );
  });

  it('keeps the colours apart and takes 0 and 255 to -1 and 1', () => {
    const red = new Uint8Array(4 * 4 * 3).map((_, index) => (index % 3 === 0 ? 255 : 0));

    const planar = createResize()(red, { width: 4, height: 4 });

    const plane = INPUT_SIDE * INPUT_SIDE;
    expect(planar.slice(0, plane).every((value) => Math.abs(value - 1) < 1e-6)).toBe(true);
    expect(planar.slice(plane).every((value) => value === -1)).toBe(true);
  });
});

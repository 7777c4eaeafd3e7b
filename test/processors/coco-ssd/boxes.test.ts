import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBox } from '../../../processors/coco-ssd/ssd/decode-box.ts';
import { overlap, suppressNonMax, type Edges } from '../../../processors/detection/non-max-suppression.ts';

const fraction = fc.float({ min: 0, max: 1, noNaN: true });

const box = fc
  .tuple(fraction, fraction, fraction, fraction)
  .map(([top, left, height, width]): Edges => ({ top, left, bottom: top + height, right: left + width }));

const candidates = fc.array(fc.record({ edges: box, score: fraction, labelId: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 40,
});

describe('decodeBox', () => {
  it('gives the anchor itself for an encoding of zeros', () => {
    const anchors = Float32Array.of(0, 0, 0, 0, 0.25, 0.5, 0.75, 1);

    const edges = decodeBox(new Float32Array(8), anchors, 1);

    expect(edges).toEqual({ top: 0.25, left: 0.5, bottom: 0.75, right: 1 });
  });

  it('moves the centre by tenths of the anchor and scales its sides by fifths of a logarithm', () => {
    const anchors = Float32Array.of(0, 0, 0.5, 0.25);
    const encodings = Float32Array.of(10, -10, 5 * Math.log(2), 5 * Math.log(4));

    const { top, left, bottom, right } = decodeBox(encodings, anchors, 0);

    expect((top + bottom) / 2).toBeCloseTo(0.25 + 0.5);
    expect((left + right) / 2).toBeCloseTo(0.125 - 0.25);
    expect(bottom - top).toBeCloseTo(0.5 * 2);
    expect(right - left).toBeCloseTo(0.25 * 4);
  });
});

describe('suppressNonMax', () => {
  const rules = { iou: 0.5, perClass: false, maxBoxes: 20 };

  it('keeps the best of two boxes on one spot, whatever their classes', () => {
    const edges = { top: 0, left: 0, bottom: 1, right: 1 };
    const weak = { edges, score: 0.6, labelId: 1 };
    const strong = { edges, score: 0.9, labelId: 2 };

    expect(suppressNonMax([weak, strong], rules)).toEqual([strong]);
    expect(suppressNonMax([weak, strong], { ...rules, perClass: true })).toEqual([strong, weak]);
  });

  it('takes the earlier of two boxes with equal scores', () => {
    const [first, second] = [0, 0.01].map((left) => ({
      edges: { top: 0, left, bottom: 1, right: 1 },
      score: 0.7,
      labelId: 1,
    }));

    expect(suppressNonMax([first!, second!], rules)).toEqual([first]);
  });

  it('leaves only boxes that overlap less than the limit, best first, and drops none without a better rival', () => {
    fc.assert(
      fc.property(candidates, fc.double({ min: 0.05, max: 0.95, noNaN: true }), fc.boolean(), (all, iou, perClass) => {
        const kept = suppressNonMax(all, { iou, perClass, maxBoxes: Infinity });

        const compete = (a: (typeof all)[0], b: (typeof all)[0]): boolean =>
          (!perClass || a.labelId === b.labelId) && overlap(a.edges, b.edges) >= iou;
        for (const [index, one] of kept.entries()) {
          expect(kept.slice(index + 1).every((other) => other.score <= one.score && !compete(one, other))).toBe(true);
        }
        for (const dropped of all.filter((each) => !kept.includes(each))) {
          expect(kept.some((better) => better.score >= dropped.score && compete(better, dropped))).toBe(true);
        }
      }),
    );
  });

  it('stops at maxBoxes with the same boxes it would have begun with', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 10 }), (all, maxBoxes) => {
        const unlimited = suppressNonMax(all, { ...rules, maxBoxes: Infinity });
        expect(suppressNonMax(all, { ...rules, maxBoxes })).toEqual(unlimited.slice(0, maxBoxes));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { detectionDifferences } from '../../pipeline/compare/detections.ts';
import type { Bbox, DetectedObject } from '../../pipeline/frame/frame-meta.ts';
import { overlapOf } from '../../pipeline/frame/overlap.ts';

const rules = { sameObject: 0.5, samePlace: 0.99, scoreTolerance: 0.01 };

function detection(label: string, bbox: Bbox, parts: Partial<DetectedObject> = {}): DetectedObject {
  return {
    id: '0',
    trackId: null,
    model: 'm',
    label,
    labelId: 1,
    score: 0.9,
    bbox,
    attributes: [],
    zones: [],
    ...parts,
  };
}

describe('overlap of boxes', () => {
  const cases: { of: string; a: Bbox; b: Bbox; overlap: number }[] = [
    { of: 'one box', a: [10, 10, 20, 20], b: [10, 10, 20, 20], overlap: 1 },
    { of: 'boxes side by side', a: [0, 0, 10, 10], b: [10, 0, 10, 10], overlap: 0 },
    { of: 'boxes apart', a: [0, 0, 10, 10], b: [50, 50, 10, 10], overlap: 0 },
    { of: 'a box moved by half its width', a: [0, 0, 10, 10], b: [5, 0, 10, 10], overlap: 1 / 3 },
    { of: 'a quarter of a box', a: [0, 0, 10, 10], b: [0, 0, 5, 5], overlap: 1 / 4 },
    { of: 'one point', a: [3, 3, 0, 0], b: [3, 3, 0, 0], overlap: 1 },
  ];

  it.each(cases)('of $of', ({ a, b, overlap }) => {
    expect(overlapOf(a, b)).toBeCloseTo(overlap, 10);
    expect(overlapOf(b, a)).toBeCloseTo(overlap, 10);
  });
});

describe('differences of detections', () => {
  it('are none where the same things are found in another order by another model', () => {
    const before = [detection('car', [0, 0, 10, 10]), detection('person', [50, 0, 10, 30])];
    const after = [...before].reverse().map((one, index) => ({ ...one, id: String(index), model: 'other' }));

    expect(detectionDifferences(before, after, rules)).toEqual([]);
  });

  it('tell what was lost and what was added', () => {
    const differences = detectionDifferences(
      [detection('car', [0, 0, 10, 10])],
      [detection('car', [80, 80, 10, 10], { score: 0.6 })],
      rules,
    );

    expect(differences).toEqual([
      { what: 'lost', label: 'car', score: 0.9, bbox: [0, 0, 10, 10] },
      { what: 'added', label: 'car', score: 0.6, bbox: [80, 80, 10, 10] },
    ]);
  });

  it('tell a box that moved and a score that changed, and leave small changes alone', () => {
    const before = [detection('car', [0, 0, 100, 100]), detection('person', [200, 0, 100, 100])];
    const after = [
      detection('car', [10, 0, 100, 100], { score: 0.7 }),
      detection('person', [200.2, 0, 100, 100], { score: 0.905 }),
    ];

    expect(detectionDifferences(before, after, rules)).toEqual([
      { what: 'moved', label: 'car', overlap: 90 / 110, before: [0, 0, 100, 100], after: [10, 0, 100, 100] },
      { what: 'score', label: 'car', before: 0.9, after: 0.7 },
    ]);
  });

  it('call a box of another label at the same place a change of label, unless its own is there too', () => {
    const truck = detection('truck', [0, 0, 100, 100]);
    const car = detection('car', [0, 0, 100, 100]);

    expect(detectionDifferences([truck], [car], rules)).toEqual([
      { what: 'label', bbox: [0, 0, 100, 100], before: 'truck', after: 'car' },
    ]);
    expect(detectionDifferences([truck], [car, { ...truck, bbox: [0, 0, 100, 80] }], rules)).toMatchObject([
      { what: 'added', label: 'car' },
      { what: 'moved', label: 'truck', overlap: 0.8 },
    ]);
  });

  it('tell what else differs by its name', () => {
    const before = [detection('car', [0, 0, 10, 10], { zones: ['yard'] })];
    const after = [detection('car', [0, 0, 10, 10], { zones: ['yard', 'gate'] })];

    expect(detectionDifferences(before, after, rules)).toEqual([
      { what: 'other', label: 'car', path: 'zones[1]', before: undefined, after: 'gate' },
    ]);
  });
});

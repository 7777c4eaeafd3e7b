import { describe, expect, it } from 'vitest';
import { Comparison, type ComparisonResult, type PairBy } from '../../pipeline/compare/comparison.ts';
import type { FrameMeta } from '../../pipeline/frame/frame-meta.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { frameMeta, frameRecord } from '../processors/frame-records.ts';
import { aRecord } from '../task/records.ts';

const rules = { sameObject: 0.5, samePlace: 0.99, scoreTolerance: 0.01, ignore: [] as string[] };

interface Compared {
  readonly by?: PairBy;
  readonly ignore?: string[];
}

function compared(
  before: readonly ConsumerRecord[],
  after: readonly ConsumerRecord[],
  { by = 'auto', ignore = [] }: Compared = {},
): ComparisonResult {
  const comparison = new Comparison(by, { ...rules, ignore });
  for (const record of before) comparison.addBefore(record);
  for (const record of after) comparison.addAfter(record);
  return comparison.result();
}

const json = (value: unknown, id?: string, offset = 0n): ConsumerRecord =>
  aRecord({
    offset,
    key: Buffer.from('k'),
    value: Buffer.from(JSON.stringify(value)),
    headers: id === undefined ? {} : { ce_id: Buffer.from(id), ce_time: String(Math.random()) },
  });

function frame(id: string, parts: Partial<FrameMeta>, picture = 'picture'): ConsumerRecord {
  return frameRecord(Buffer.from(picture), 'image/jpeg', frameMeta(parts, { id, width: 640, height: 360 }));
}

const car = {
  id: '0',
  trackId: null,
  model: 'm',
  label: 'car',
  labelId: 3,
  score: 0.9,
  bbox: [0, 0, 100, 100] as [number, number, number, number],
  attributes: [],
  zones: [],
};

describe('a comparison', () => {
  it('pairs records by their id, wherever they lie, and says where two differ', () => {
    const before = [json({ n: 1, at: { x: 1 } }, 'a', 0n), json({ n: 2 }, 'b', 1n), json({ n: 3 }, 'c', 2n)];
    const after = [json({ n: 2 }, 'b', 5n), json({ n: 1, at: { x: 2 } }, 'a', 6n), json({ n: 4 }, 'd', 7n)];

    const result = compared(before, after);

    expect(result.count).toEqual({ pairs: 2, equal: 1, differing: 1, onlyBefore: 1, onlyAfter: 1, repeats: 0 });
    expect(result.differences).toEqual([
      {
        id: 'a',
        before: '0@0',
        after: '0@6',
        detections: [],
        values: [{ path: 'value.at.x', before: 1, after: 2 }],
      },
    ]);
    expect(result.onlyBefore).toEqual([{ id: 'c', place: '0@2' }]);
    expect(result.onlyAfter).toEqual([{ id: 'd', place: '0@7' }]);
  });

  it('leaves out repeats, and pairs what has no id by key and order', () => {
    const repeats = compared([json(1, 'a'), json(1, 'a')], [json(1, 'a')]);
    const keys = compared([json(1), json(2)], [json(1), json(3)]);

    expect(repeats.count).toMatchObject({ pairs: 1, equal: 1, repeats: 1, onlyBefore: 0 });
    expect(keys.differences).toMatchObject([{ id: 'key k #2', values: [{ path: 'value', before: 2, after: 3 }] }]);
  });

  it('tells which detections of a frame differ, and nothing of the way it came', () => {
    const stages = [{ name: 'detect', worker: 'detect-0', inUs: 1, outUs: 2 }];
    const before = [frame('f1', { objects: [car], stages }), frame('f2', { objects: [car] })];
    const after = [frame('f1', { objects: [car] }), frame('f2', { objects: [], dropped: { count: 1, reasons: {} } })];

    expect(compared(before, after).differences).toEqual([
      {
        id: 'frame f2',
        before: '1@42',
        after: '1@42',
        detections: [{ what: 'lost', label: 'car', score: 0.9, bbox: [0, 0, 100, 100] }],
        values: [],
      },
    ]);
  });

  it('compares boxes in one space where a frame has another size', () => {
    const small = frameMeta({ objects: [{ ...car, bbox: [0, 0, 50, 50] }] }, { id: 'f1', width: 320, height: 180 });
    const [difference] = compared(
      [frame('f1', { objects: [car] })],
      [frameRecord(Buffer.from('picture'), 'image/jpeg', small)],
    ).differences;

    expect(difference?.detections).toEqual([]);
    expect(difference?.values.map(({ path }) => path)).toEqual(['meta.frame.width', 'meta.frame.height']);
  });

  it('tells nobody looked from nothing found, and one picture from another', () => {
    const paths = (before: ConsumerRecord, after: ConsumerRecord): string[] =>
      compared([before], [after]).differences.flatMap(({ values }) => values.map(({ path }) => path));

    expect(paths(frame('f', {}), frame('f', { objects: [] }))).toEqual(['meta.looked']);
    expect(paths(frame('f', {}, 'one'), frame('f', {}, 'two'))).toEqual(['value']);
  });

  it('passes over what shall be ignored, with all below it and nothing beside it', () => {
    const [before, after] = [json({ at: { x: 1 }, atom: 1 }, 'a'), json({ at: { x: 2 }, atom: 2 }, 'a')];

    const [difference] = compared([before], [after], { ignore: ['value.at'] }).differences;

    expect(difference?.values.map(({ path }) => path)).toEqual(['value.atom']);
  });

  it('compares binary keys and null values as they are', () => {
    const binary = aRecord({ key: Buffer.from([0xff, 0]), value: null, headers: { ce_id: 'a' } });

    expect(compared([binary], [{ ...binary, key: Buffer.from([0xff, 1]) }]).differences[0]?.values).toEqual([
      { path: 'key', before: 'ff00', after: 'ff01' },
    ]);
    expect(compared([binary], [{ ...binary, value: Buffer.from('') }]).differences[0]?.values).toMatchObject([
      { path: 'value', before: null },
    ]);
  });
});

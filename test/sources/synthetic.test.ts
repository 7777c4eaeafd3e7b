import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import synthetic from '../../pipeline/sources/synthetic.ts';
import { runSource, take } from './source-harness.ts';

const small = { width: 640, height: 360, pace: 'fast' } as const;

function metas(records: readonly SourceRecord[]) {
  return records.map(({ headers }) => readFrameMeta(headers));
}

function digests(records: readonly SourceRecord[]): readonly string[] {
  return records.map(({ value }) => createHash('sha1').update(value!).digest('hex'));
}

async function pixelsOf(record: SourceRecord): Promise<Buffer> {
  return await sharp(record.value as Buffer)
    .raw()
    .toBuffer();
}

function isRed([r = 0, g = 0, b = 0]: Uint8Array): boolean {
  return r > 140 && g < 90 && b < 90;
}

describe('synthetic', () => {
  it('draws the same pictures with the same truth for the same seed', async () => {
    const [first, again] = [
      await take(runSource(synthetic, { ...small, frames: 4, seed: 7 }).records),
      await take(runSource(synthetic, { ...small, frames: 4, seed: 7 }).records),
    ];

    expect(digests(first)).toEqual(digests(again));
    expect(metas(first).map(({ truth }) => truth)).toEqual(metas(again).map(({ truth }) => truth));
  });

  it('stands still where only the signs move: what no sign passes stays as it is', async () => {
    const signs = await take(runSource(synthetic, { ...small, frames: 20, signs: 1, moves: 'signs' }).records);
    const corner = async (record: SourceRecord): Promise<Buffer> => (await pixelsOf(record)).subarray(0, 640 * 3 * 60);
    const [first, last] = [signs[0]!, signs.at(-1)!];

    const cornerAtLast = await corner(last);
    const largest = (await corner(first)).reduce(
      (most, value, at) => Math.max(most, Math.abs(value - cornerAtLast[at]!)),
      0,
    );

    expect(largest).toBeLessThan(12);
    expect(metas([first])[0]?.truth).not.toEqual(metas([last])[0]?.truth);
  });

  it('draws another street for another seed, and another picture each time', async () => {
    const first = await take(runSource(synthetic, { ...small, frames: 3, seed: 1 }).records);
    const other = await take(runSource(synthetic, { ...small, frames: 3, seed: 2 }).records);

    expect(new Set([...digests(first), ...digests(other)]).size).toBe(6);
  });

  it('names signs exactly where they are: red inside the box from edge to edge, not red around it', async () => {
    const records = await take(runSource(synthetic, { ...small, frames: 40, fps: 2, quality: 100 }).records);

    let seen = 0;
    for (const [index, { truth }] of metas(records).entries()) {
      const pixels = await pixelsOf(records[index]!);
      const at = (x: number, y: number): Uint8Array => {
        const from = (Math.round(y) * small.width + Math.round(x)) * 3;
        return pixels.subarray(from, from + 3);
      };
      for (const { label, bbox } of truth?.objects ?? []) {
        const [x, y, width, height] = bbox;
        expect(label).toBe('stop sign');
        if (width !== height) continue;
        seen++;
        // Above and below the letters, near the left and right edge, then just outside.
        expect(isRed(at(x + width / 2, y + height * 0.15))).toBe(true);
        expect(isRed(at(x + width / 2, y + height * 0.85))).toBe(true);
        expect(isRed(at(x + width * 0.93, y + height / 2))).toBe(true);
        expect(isRed(at(x + width / 2, y - 3))).toBe(false);
        if (x + width + 3 < small.width) expect(isRed(at(x + width + 3, y + height / 2))).toBe(false);
      }
    }
    expect(seen).toBeGreaterThan(40);
  });

  it('keeps boxes inside the picture and lists only signs that are mostly visible', async () => {
    const records = await take(runSource(synthetic, { ...small, frames: 60, fps: 4 }).records);

    for (const { truth } of metas(records)) {
      for (const { bbox } of truth?.objects ?? []) {
        const [x, y, width, height] = bbox;
        expect(bbox.every(Number.isInteger)).toBe(true);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(small.width);
        expect(y + height).toBeLessThanOrEqual(small.height);
        expect(width / height).toBeGreaterThanOrEqual(0.79);
      }
    }
  });

  it('moves its signs, near ones faster than far ones, and never lays one over another', async () => {
    const records = await take(runSource(synthetic, { ...small, frames: 20, fps: 10, signs: 8 }).records);
    const boxes = metas(records).map(({ truth }) => truth!.objects.map(({ bbox }) => bbox));

    for (const frame of boxes) {
      for (const [index, a] of frame.entries()) {
        for (const b of frame.slice(index + 1)) {
          const apart = a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1];
          expect(apart).toBe(true);
        }
      }
    }
    const whole = (frame: number): Map<string, number> =>
      new Map(boxes[frame]!.filter(([, , w, h]) => w === h).map(([x, y, w]) => [`${y}:${w}`, x]));
    const [start, end] = [whole(0), whole(5)];
    const moved = new Set([...start].flatMap(([sign, x]) => (end.has(sign) ? [x - end.get(sign)!] : [])));
    expect(moved.size).toBeGreaterThanOrEqual(2);
    expect(Math.min(...moved)).toBeGreaterThan(0);
  });

  it.each([
    [160, 90],
    [480, 640],
    [2560, 300],
  ])('draws %d x %d pixels', async (width, height) => {
    const [record] = await take(runSource(synthetic, { width, height, pace: 'fast', frames: 1 }).records);

    expect(await sharp(record!.value as Buffer).metadata()).toMatchObject({ format: 'jpeg', width, height });
    expect(metas([record!])[0]!.frame).toMatchObject({
      ...{ width, height, kind: 'synthetic', seq: 0, ptsUs: 0 },
      transforms: [{ op: 'initial', width, height }],
    });
  });

  it('keeps its pace, and stops in the middle of a wait', async () => {
    const run = runSource(synthetic, { width: 160, height: 90, fps: 20 });

    const times: number[] = [];
    for await (const record of run.records) {
      times.push(record.timestampMs);
      if (times.length === 11) run.stop();
    }

    expect(times).toHaveLength(11);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(480); // 10 intervals of 50 ms
  });

  it('is live only where it cannot be held back', () => {
    const nature = (options: object) => synthetic.nature(synthetic.options.parse(options));

    expect(nature({})).toEqual({ endless: true, live: true });
    expect(nature({ pace: 'fast' })).toEqual({ endless: true, live: false });
    expect(nature({ frames: 10 })).toEqual({ endless: false, live: false });
  });
});

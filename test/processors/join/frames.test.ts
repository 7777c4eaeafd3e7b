import { describe, expect, it } from 'vitest';
import type { FrameMeta } from '../../../pipeline/index.ts';
import { frameMeta } from '../frame-records.ts';
import { joinRun, LEFT, RIGHT } from './joined.ts';
import type { Given } from '../stateful-run.ts';

const frames = { kind: 'stream-stream', within: '1s', by: 'frameId' };

function object(label: string, bbox: [number, number, number, number], id = '0') {
  return { id, trackId: null, model: 'm', label, labelId: 1, score: 0.5, bbox, attributes: [], zones: [] };
}

function frame(
  topic: string,
  id: string,
  { picture, meta = {}, width = 100 }: { picture: string; meta?: Partial<FrameMeta>; width?: number },
): Given {
  const header = JSON.stringify(frameMeta(meta, { id, width, height: width / 2 }));
  return {
    topic,
    atMs: 100,
    key: 'cam1',
    value: picture,
    headers: { 'frame-meta': header, 'content-type': 'image/jpeg', of: topic },
  };
}

const metaOf = (headers: Given['headers']): FrameMeta => JSON.parse(String(headers?.['frame-meta'])) as FrameMeta;

describe('join of frames by their ids', () => {
  const left = frame(LEFT, 'f1', { picture: 'sharp', meta: { objects: [object('cat', [1, 2, 3, 4])] } });
  const right = frame(RIGHT, 'f1', { picture: 'small', width: 50, meta: { objects: [object('dog', [5, 6, 7, 8])] } });

  it.each([
    { order: 'left first', steps: [left, right] },
    { order: 'right first', steps: [right, left] },
  ])('gives the left frame the objects of the right one in its own space, $order', async ({ steps }) => {
    const run = await joinRun(frames);
    await run.pipe(steps[0]!);
    await run.restart();

    const [output, ...more] = await run.pipe(steps[1]!);

    expect(more).toEqual([]);
    expect(String(output?.value)).toBe('"sharp"');
    expect(output).toMatchObject({ key: Buffer.from('cam1'), timestampMs: 100 });
    expect(String(output?.headers?.['content-type'])).toBe('image/jpeg');
    expect(String(output?.headers?.of)).toBe(LEFT);
    expect(metaOf(output?.headers)).toEqual(
      frameMeta(
        { objects: [object('cat', [1, 2, 3, 4]), object('dog', [10, 12, 14, 16], '1')] },
        { id: 'f1', width: 100, height: 50 },
      ),
    );
  });

  it('matches frames of one id alone, not of one key', async () => {
    const run = await joinRun(frames);

    expect(await run.pipe(left, frame(RIGHT, 'f2', { picture: 'other' }))).toEqual([]);
  });

  it('says nothing of objects where nobody has looked', async () => {
    const run = await joinRun(frames);

    const [output] = await run.pipe(frame(LEFT, 'f1', { picture: 'a' }), frame(RIGHT, 'f1', { picture: 'b' }));

    expect(metaOf(output?.headers)).not.toHaveProperty('objects');
  });

  it('hands on as it is what stays alone, when its window has closed', async () => {
    const run = await joinRun({ ...frames, type: 'outer' });
    await run.pipe(right);
    await run.restart();

    const [output] = await run.pipe({ ...frame(LEFT, 'f9', { picture: 'later' }), atMs: 5000 });

    expect(String(output?.value)).toBe('"small"');
    expect(output?.timestampMs).toBe(100);
    expect(metaOf(output?.headers)).toEqual(metaOf(right.headers));
  });

  it('selects from what is known about the frames', async () => {
    const run = await joinRun({
      ...frames,
      select: '{ "frame": key, "labels": [left.objects.label, right.objects.label] }',
    });

    const outputs = await run.pipe(left, right);

    expect(run.values(outputs)).toEqual([{ frame: 'f1', labels: ['cat', 'dog'] }]);
    expect(outputs[0]?.headers).toEqual({ 'content-type': 'application/json', 'frame-meta': undefined });
  });

  it('refuses records that are no frames', async () => {
    const run = await joinRun(frames);

    await expect(run.pipe({ topic: LEFT, atMs: 1 })).rejects.toThrow(/no frame-meta header/);
  });
});

import { describe, expect, it } from 'vitest';
import { createFrameSession } from '../../pipeline/frame/frame-session.ts';
import { readFrame } from '../../pipeline/frame/frame.ts';
import { createRecordSession } from '../../pipeline/frame/record-session.ts';
import type { Clock } from '../../pipeline/ports/clock.ts';
import { headerText } from '../../pipeline/ports/record.ts';

const picture = Buffer.from('picture');
const jpeg = { contentType: 'image/jpeg' };

function clockAt(us: number): Clock {
  return { nowUs: () => us, nowMs: () => Math.floor(us / 1000), sleep: async () => undefined };
}

describe('frame session', () => {
  const options = { sourceId: 'cam1', sourceName: 'camera', kind: 'live', clock: clockAt(1795224600123456) } as const;

  it('gives a frame every header of the frame format', () => {
    const record = createFrameSession(options).frame(picture, { ...jpeg, ptsUs: 40_000, width: 640, height: 360 });

    const { meta, contentType, bytes } = readFrame(record as { value: Buffer; headers: typeof record.headers });
    const { id, sessionId } = meta.frame;
    expect(record.key).toBe('cam1');
    expect(record.timestampMs).toBe(1795224600123);
    expect(bytes).toBe(picture);
    expect(contentType).toBe('image/jpeg');
    expect(meta).toEqual({
      version: '1',
      frame: {
        ...{ id, sessionId, sourceId: 'cam1', seq: 0, captureTimeUs: 1795224600123456, clock: 'host', kind: 'live' },
        ...{ ptsUs: 40_000, width: 640, height: 360, transforms: [] },
      },
      stages: [],
    });
    expect(record.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: `${id}/camera`,
      ce_source: '/sources/cam1',
      ce_type: 'dev.tapline.frame.v1',
      ce_time: '2026-11-21T01:30:00.123Z',
      ce_subject: id,
    });
    expect(headerText(record.headers, 'traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('counts its frames from 0 without a gap', () => {
    const session = createFrameSession(options);

    const seqs = [0, 1, 2].map(() => metaOf(session.frame(picture, jpeg)).seq);

    expect(seqs).toEqual([0, 1, 2]);
  });

  it('gives ids that sort in the order of capture, in a later session too, and never come again', () => {
    const early = createFrameSession(options);
    const late = createFrameSession({ ...options, clock: clockAt(1795224600124456) });

    const ids = [...Array.from({ length: 12 }, () => early), ...Array.from({ length: 12 }, () => late)].map(
      (session) => metaOf(session.frame(picture, jpeg)).id,
    );

    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(24);
  });

  it('tells two sessions of the same instant apart', () => {
    const ids = [createFrameSession(options), createFrameSession(options)].map(
      (session) => metaOf(session.frame(picture, jpeg)).id,
    );

    expect(ids[0]).not.toBe(ids[1]);
  });

  it('leaves out what is not known', () => {
    const { frame } = readFrame(createFrameSession(options).frame(picture, jpeg) as never).meta;

    expect(Object.keys(frame)).not.toContain('width');
    expect(Object.keys(frame)).not.toContain('ptsUs');
  });
});

describe('record session', () => {
  it('makes CloudEvents with a key of their own', () => {
    const session = createRecordSession({ sourceId: 'orders', clock: clockAt(1795224600123456), sessionId: 's1' });

    const [first, second] = [
      session.record('1', { contentType: 'application/json', key: 'anna' }),
      session.record('2', jpeg),
    ];

    expect(first.key).toBe('anna');
    expect(second.key).toBeNull();
    expect(first.headers).toMatchObject({
      'content-type': 'application/json',
      ce_id: 'orders-s1-0000000000/orders',
      ce_subject: 'orders-s1-0000000000',
      ce_type: 'dev.tapline.record.v1',
    });
    expect(headerText(second.headers, 'ce_id')).toBe('orders-s1-0000000001/orders');
  });
});

function metaOf(record: unknown) {
  return readFrame(record as never).meta.frame;
}

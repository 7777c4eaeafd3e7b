import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFrameSession } from '../../pipeline/frame/frame-session.ts';
import type { Headers } from '../../pipeline/ports/record.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { judgeFrames } from '../../scripts/soak/long-run.ts';
import { takeFrames } from '../../scripts/soak/take-frames.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FRAME_MS = 100;

interface Arriving {
  record: { headers: Headers };
}

/** A reader to which frames come one by one, and after the last one nothing, as from a topic. */
function reader(
  frames: number,
  { lost = [] as readonly number[], twice = [] as readonly number[] },
): () => Promise<Arriving> {
  const session = createFrameSession({ sourceId: 'camera', sourceName: 'camera', kind: 'file', clock: systemClock });
  const all = Array.from({ length: frames }, () => session.frame(Buffer.of(), { contentType: 'image/jpeg' }));
  const coming = all.flatMap((frame, seq) =>
    lost.includes(seq) ? [] : twice.includes(seq) ? [frame, frame] : [frame],
  );
  return () =>
    new Promise((resolve) => {
      const frame = coming.shift();
      if (frame) setTimeout(() => resolve({ record: { headers: frame.headers } }), FRAME_MS);
    });
}

const noAction = (): Promise<void> => Promise.resolve();

test('a run of which every frame arrives ends with the last one', async () => {
  const taking = takeFrames({ frames: 20, next: reader(20, { twice: [3] }), onArrival: noAction });
  await vi.advanceTimersByTimeAsync(21 * FRAME_MS);

  const [arrived, order, repeats] = judgeFrames(await taking);

  expect(arrived).toMatchObject({ verdict: 'pass', measured: '0 missing' });
  expect(order).toMatchObject({ verdict: 'pass', measured: '0 out of order' });
  expect(repeats).toMatchObject({ verdict: 'pass', measured: '1 repeats, 0 other ids' });
});

test('a run that loses frames ends when they should long have been there, and names them', async () => {
  const taking = takeFrames({ frames: 20, next: reader(20, { lost: [7, 19] }), onArrival: noAction });
  await vi.advanceTimersByTimeAsync(20 * FRAME_MS + 61_000);

  const [arrived] = judgeFrames(await taking);

  expect(arrived).toMatchObject({ verdict: 'fail', measured: '2 missing: seq 7, 19' });
});

test('a run to which nothing comes at all ends as well', async () => {
  const taking = takeFrames({ frames: 20, next: reader(0, {}), onArrival: noAction });
  await vi.advanceTimersByTimeAsync(60_000);

  const [arrived] = judgeFrames(await taking);

  expect(arrived).toMatchObject({ verdict: 'fail', measured: '20 missing: seq 0, 1, 2, 3, 4, ...' });
});

test('a pause that fits what is still to come is waited for', async () => {
  const frames = reader(1000, {});
  let count = 0;
  const next = async (): Promise<Arriving> => {
    if (count++ === 100) await new Promise((resolve) => setTimeout(resolve, 120_000)); // of 60 s + 3 x 90 s
    return frames();
  };
  const taking = takeFrames({ frames: 1000, next, onArrival: noAction });
  await vi.advanceTimersByTimeAsync(120_000 + 1000 * FRAME_MS);

  expect((await taking).missing).toEqual([]);
});

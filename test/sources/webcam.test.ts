import { describe, expect, it } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import webcam from '../../pipeline/sources/webcam.ts';
import { childrenOf } from './child-processes.ts';
import { needs } from './prerequisites.ts';
import { runSource } from './source-harness.ts';

describe.skipIf(needs.ffmpeg.missing)(`webcam${needs.ffmpeg.why}`, () => {
  const testPicture = (name: string) => ({ format: 'lavfi', device: `testsrc=size=320x240:rate=20,drawbox=c=${name}` });

  it('comes back by itself when its ffmpeg dies, in the same session and without a gap in seq', async () => {
    const options = testPicture('red');
    const run = runSource(webcam, options);

    const frames: ReturnType<typeof readFrameMeta>['frame'][] = [];
    for await (const { headers } of run.records) {
      frames.push(readFrameMeta(headers).frame);
      if (frames.length === 5) {
        for (const pid of await childrenOf('ffmpeg', options.device)) process.kill(pid, 'SIGKILL');
      }
      if (run.warnings.length > 0 && frames.length >= 10) run.stop();
    }

    expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index));
    expect(new Set(frames.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(frames[0]).toMatchObject({ kind: 'live', sourceId: 'camera' });
    expect(run.warnings).toEqual([
      `camera ${options.device} is away: ffmpeg was ended by SIGKILL; trying again in 500 ms`,
    ]);
    expect(await childrenOf('ffmpeg', options.device)).toEqual([]);
  });

  it('holds the test picture to its own rate', async () => {
    const run = runSource(webcam, testPicture('blue'));

    const times: number[] = [];
    for await (const { timestampMs } of run.records) {
      times.push(timestampMs);
      if (times.length === 21) run.stop();
    }

    expect(times.at(-1)! - times[0]!).toBeGreaterThan(850); // 20 intervals of 50 ms, less what waited while ffmpeg started
  });

  it('opens a camera anew that has stopped sending', async () => {
    const device = 'testsrc=size=160x120:rate=1/60,drawbox=c=green';
    const run = runSource(webcam, { format: 'lavfi', device, stallTimeout: '1s' });

    const seqs: number[] = [];
    for await (const { headers } of run.records) {
      seqs.push(readFrameMeta(headers).frame.seq);
      if (seqs.length === 2) run.stop();
    }

    expect(seqs).toEqual([0, 1]);
    expect(run.warnings[0]).toMatch(/is away: it sent nothing for stallTimeout; trying again in 500 ms/);
  });

  it('waits longer each time for a camera that is not there, and says why', async () => {
    const waits: number[] = [];
    const stopping = new AbortController();
    const clock = {
      ...systemClock,
      sleep: async (ms: number): Promise<void> => {
        if (waits.push(ms) === 4) stopping.abort();
      },
    };
    const run = runSource(
      webcam,
      { format: 'v4l2', device: '/dev/no-such-camera' },
      { clock, signal: stopping.signal },
    );

    for await (const record of run.records) expect.unreachable(`there is no camera, yet ${String(record.key)} came`);

    expect(waits).toEqual([500, 1000, 2000, 4000]);
    expect(run.warnings[0]).toMatch(
      /camera \/dev\/no-such-camera is away: .*No such file or directory.*again in 500 ms/,
    );
  });
});

describe('webcam', () => {
  it('asks for width and height together', () => {
    expect(webcam.options.safeParse({ width: 640 }).error?.issues[0]?.message).toBe(
      'give both width and height, or neither',
    );
  });
});

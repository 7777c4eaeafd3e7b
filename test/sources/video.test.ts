import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import video from '../../pipeline/sources/video.ts';
import { childrenOf } from './child-processes.ts';
import { media, needs } from './prerequisites.ts';
import { scratchFolders } from './scratch.ts';
import { runSource, take } from './source-harness.ts';

const exec = promisify(execFile);
const highway = resolve(media, 'videos/udacity_highway_38f.mp4');
const VIDEOS = [
  'videos/udacity_highway_38f.mp4',
  'videos/intel_asl_again.mkv',
  'videos/intel_bottle-detection.mp4',
  'videos/intel_car-detection.mp4',
  'videos/derived/highway.mjpeg',
  'videos/derived/highway_mjpeg.avi',
  'videos/derived/highway_vp9.webm',
  'videos/derived/person_6s.mp4',
  'hostile/video/made_one_frame.mp4',
];

async function probe(file: string, entries: string): Promise<readonly string[]> {
  const select = ['-count_frames', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'csv=p=0'];
  const { stdout } = await exec('ffprobe', ['-v', 'error', ...select, file]);
  return stdout.split(/[\s,]+/).filter((word) => word !== '');
}

function framesOf(records: readonly SourceRecord[]) {
  return records.map(({ headers }) => readFrameMeta(headers).frame);
}

describe.skipIf(needs.videos.missing)(`video${needs.videos.why}`, () => {
  it.each(VIDEOS)('sends every frame of %s exactly once, and each is a whole JPEG', async (name) => {
    const file = resolve(media, name);
    const counted = await probe(file, 'stream=nb_read_frames');

    const records = await take(runSource(video, { path: file, pace: 'fast', maxWidth: 320 }).records);

    const frames = framesOf(records);
    expect(records).toHaveLength(Number(counted[0]));
    expect(frames.map(({ seq }) => seq)).toEqual(records.map((_, index) => index));
    for (const { value } of [records[0]!, records.at(-1)!, records[records.length >> 1]!]) {
      const { format, width } = await sharp(value as Buffer, { failOn: 'warning' }).metadata();
      await sharp(value as Buffer, { failOn: 'warning' })
        .raw()
        .toBuffer();
      expect({ format, width }).toEqual({ format: 'jpeg', width: 320 });
    }
  });

  it('gives each frame its time in the video', async () => {
    const times = await probe(highway, 'frame=best_effort_timestamp_time');

    const records = await take(runSource(video, { path: highway, pace: 'fast' }).records);

    expect(framesOf(records).map(({ ptsUs }) => ptsUs)).toEqual(times.map((time) => Math.round(Number(time) * 1e6)));
  });

  it('marks its frames as frames of a file, which are never dropped', async () => {
    const [record] = await take(runSource(video, { path: highway, pace: 'fast', sourceId: 'road' }).records, 1);

    expect(framesOf([record!])[0]).toMatchObject({ kind: 'file', sourceId: 'road', seq: 0 });
    expect(record!.key).toBe('road');
  });

  it('keeps the pace of the video', async () => {
    const started = performance.now();

    await take(runSource(video, { path: highway, maxWidth: 160 }).records, 26);

    const seconds = (performance.now() - started) / 1000; // 25 intervals of 40 ms
    expect(seconds).toBeGreaterThan(0.99);
  });

  it('begins again at the end and counts on, with loop', async () => {
    const run = runSource(video, {
      path: resolve(media, 'hostile/video/made_one_frame.mp4'),
      pace: 'fast',
      loop: true,
    });

    const frames = framesOf(await take(run.records, 3));

    expect(frames.map(({ seq, ptsUs }) => ({ seq, ptsUs }))).toEqual([0, 1, 2].map((seq) => ({ seq, ptsUs: 0 })));
    expect(new Set(frames.map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  it('finds a relative path from the folder of the topology', async () => {
    const context = { baseDirectory: resolve(media, 'videos') };

    const records = await take(runSource(video, { path: basename(highway), pace: 'fast' }, context).records, 1);

    expect(records).toHaveLength(1);
  });

  it('ends at once and leaves no ffmpeg behind when it is stopped', async () => {
    const file = resolve(media, 'videos/intel_car-detection.mp4');
    const run = runSource(video, { path: file });

    for await (const record of run.records) {
      expect(record.key).toBe('camera');
      run.stop();
    }

    expect(await childrenOf('ffmpeg', file)).toEqual([]);
  });

  it('leaves no ffmpeg behind when its reader goes away', async () => {
    const file = resolve(media, 'videos/intel_bottle-detection.mp4');

    await take(runSource(video, { path: file, pace: 'fast' }).records, 2);

    expect(await childrenOf('ffmpeg', file)).toEqual([]);
  });

  it('tells that ffmpeg was killed, as an error that is worth a restart', async () => {
    const file = resolve(media, 'videos/intel_car-detection.mp4');
    const killAndRead = async (): Promise<void> => {
      for await (const record of runSource(video, { path: file, pace: 'fast' }).records) {
        expect(record.value).not.toBeNull();
        for (const pid of await childrenOf('ffmpeg', file)) process.kill(pid, 'SIGKILL');
      }
    };

    await expect(killAndRead()).rejects.toMatchObject({ code: 'SOURCE_TOOL_DIED', retriable: true });
  });

  it.each(['made_empty.mp4', 'made_audio_only.mp4', 'made_no_moov.mp4'])(
    'names the file and the last words of ffmpeg for %s',
    async (name) => {
      const file = resolve(media, 'hostile/video', name);

      const error: unknown = await take(runSource(video, { path: file }).records).catch((reason: unknown) => reason);

      expect(error).toMatchObject({ code: 'SOURCE_VIDEO_UNREADABLE', name: 'UserError' });
      expect((error as Error).message).toContain(`${file} holds no video that ffmpeg can read: `);
      expect((error as Error).message).toMatch(/moov atom not found|matches no streams/);
    },
  );
});

describe.skipIf(needs.ffmpeg.missing)(`video files that mean harm${needs.ffmpeg.why}`, () => {
  const scratch = scratchFolders();

  it('reads no address that a playlist names', async () => {
    const folder = await scratch();
    const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n#EXT-X-ENDLIST\n';
    await writeFile(join(folder, 'list.m3u8'), playlist);

    const reading = take(runSource(video, { path: 'list.m3u8' }, { baseDirectory: folder }).records);

    await expect(reading).rejects.toThrow(/not on whitelist/);
  });

  it('takes a name that begins with a dash for a name', async () => {
    const folder = await scratch();
    await writeFile(join(folder, '-version'), '');

    const reading = take(runSource(video, { path: '-version' }, { baseDirectory: folder }).records);

    await expect(reading).rejects.toMatchObject({ code: 'SOURCE_VIDEO_UNREADABLE' });
  });
});

describe('video', () => {
  const scratch = scratchFolders();

  it('names a file that does not exist, and a folder', async () => {
    const folder = await scratch();
    const context = { baseDirectory: folder };

    await expect(take(runSource(video, { path: 'no.mp4' }, context).records)).rejects.toMatchObject({
      code: 'SOURCE_FILE_MISSING',
      message: `source "camera": ${join(folder, 'no.mp4')} does not exist; correct path`,
    });
    await expect(take(runSource(video, { path: '.' }, context).records)).rejects.toThrow(/is no file/);
  });

  it('sends whoever gives an address to the source for streams', async () => {
    await expect(take(runSource(video, { path: 'rtsp://10.0.0.1/live' }).records)).rejects.toThrow(
      /type: webcam with: \{ format: rtsp, device: "rtsp:\/\/10\.0\.0\.1\/live" \}/,
    );
  });

  it('says how to install ffmpeg where there is none', async () => {
    const folder = await scratch();
    await writeFile(join(folder, 'a.mp4'), 'not looked at');
    vi.stubEnv('PATH', folder);

    const error: unknown = await take(runSource(video, { path: join(folder, 'a.mp4') }).records).catch(
      (reason: unknown) => reason,
    );
    vi.unstubAllEnvs();

    expect(error).toMatchObject({ code: 'SOURCE_TOOL_MISSING', name: 'UserError' });
    expect((error as Error).message).toMatch(/source "camera" needs ffmpeg.*install it: .*(apt-get|brew|choco)/);
  });
});

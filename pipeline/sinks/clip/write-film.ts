import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Ffmpeg } from '../../sources/ffmpeg/find-ffmpeg.ts';

/** A picture that lies in a file of its own. */
export interface FilmedPicture {
  readonly file: string;
  readonly timestampMs: number;
}

/** How long the last picture stands, which none follows. */
const LAST_MS = 100;

/**
 * Makes an MP4 of pictures, each shown as long as it was until the next one came, all in the size of the first.
 * @throws Error with ffmpeg's words.
 */
export async function writeMp4(
  { command, everyFrameOnce }: Ffmpeg,
  { folder, pictures, path, signal }: FilmRequest,
): Promise<void> {
  const list = join(folder, 'pictures.ffconcat');
  const entries = pictures.map(({ file, timestampMs }, index) => {
    const next = pictures[index + 1]?.timestampMs ?? timestampMs + LAST_MS;
    return `file ${file}\noption framerate 1000\nduration ${Math.max(1, next - timestampMs) / 1000}\n`;
  });
  await writeFile(list, `ffconcat version 1.0\n${entries.join('')}`);
  const args = [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-f', 'concat', '-safe', '0', '-i', list],
    ...['-vf', 'scale=trunc(iw/2)*2:trunc(ih/2)*2', ...everyFrameOnce, '-pix_fmt', 'yuv420p', '-bf', '0'],
    ...['-video_track_timescale', '1000', '-movflags', '+faststart', '-f', 'mp4', path],
  ];
  await promisify(execFile)(command, args, { signal });
}

/** Puts pictures one behind the other, which players without MP4 show too, in a rhythm of their own. */
export async function writeMjpeg({ folder, pictures, path }: FilmRequest): Promise<void> {
  await writeFile(path, '');
  for (const { file } of pictures) await appendFile(path, await readFile(join(folder, file)));
}

export interface FilmRequest {
  /** Where the pictures lie. */
  readonly folder: string;
  readonly pictures: readonly FilmedPicture[];
  readonly path: string;
  readonly signal: AbortSignal;
}

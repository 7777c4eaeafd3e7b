import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import motion from '../../../processors/motion/index.ts';
import { hasFfmpeg } from '../../integration/media.ts';
import { frameMeta, frameRecord, MEDIA, onlyFrame, started } from '../frame-records.ts';

const [WIDTH, HEIGHT, FPS] = [640, 360, 10];
const film = join(MEDIA, 'videos/intel_car-detection.mp4');

/** Cars that are to be seen in some frames of the film, ten a second, as a person counted them. */
const CARS: ReadonlyMap<number, number> = new Map([
  ...[14, 29, 104, 119, 134, 194, 209, 224, 239, 284, 299].map((seq) => [seq, 0] as const),
  ...[59, 74, 149, 254, 269].map((seq) => [seq, 1] as const),
  ...[164, 179].map((seq) => [seq, 2] as const),
]);

function* framesOf(file: string): Generator<Buffer> {
  const raw = ['-vf', `fps=${FPS},scale=${WIDTH}:${HEIGHT}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const { stdout } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, ...raw], { maxBuffer: 2 ** 31 });
  const size = WIDTH * HEIGHT * 3;
  for (let at = 0; at + size <= stdout.length; at += size) yield stdout.subarray(at, at + size);
}

it('finds each car that passes below a real camera, and nothing while the road is empty', async ({ skip }) => {
  skip(!existsSync(film), `test media are absent (${MEDIA})`);
  skip(!hasFfmpeg, 'ffmpeg is not installed');
  const see = await started(motion);
  const found = new Map<number, number>();
  let seq = 0;
  for (const bytes of framesOf(film)) {
    const transforms = [{ op: 'initial', width: WIDTH, height: HEIGHT }];
    const captureTimeUs = 1_767_225_600_000_000 + (seq * 1e6) / FPS;
    const meta = frameMeta({}, { id: `car-${seq}`, seq, captureTimeUs, width: WIDTH, height: HEIGHT, transforms });
    const record = frameRecord(bytes, `image/x-raw;format=rgb24;width=${WIDTH};height=${HEIGHT}`, meta);
    const { objects } = onlyFrame(await see(record)).meta;
    if (CARS.has(seq)) found.set(seq, objects?.length ?? 0);
    seq++;
  }
  const sum = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);
  process.stdout.write(
    `motion, film of a road: ${sum(found)} found, ${sum(CARS)} there, in ${CARS.size} frames of ${seq}\n`,
  );

  expect([...found].sort()).toEqual([...CARS].sort());
}, 120_000);

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import type { Bbox, Size } from '../../../pipeline/index.ts';
import type { Detector } from '../../../processors/detection/detector.ts';
import { openFaceDetector } from '../../../processors/faces/face-detector.ts';
import { tinyFaceDetector } from '../../../processors/faces/tiny-face-detector.ts';
import { hits, photos } from '../coco-ssd/photos.ts';
import { modelFolder } from '../detection/model-folder.ts';
import { MEDIA, needsMedia } from '../frame-records.ts';

/** The one face of the photos that looks at the camera, as a person marks it: hairline to chin, ear to ear. */
const MARKED: ReadonlyMap<string, Bbox> = new Map([['photos/coco/000000547336.jpg', [322, 56, 107, 119]]]);

/** A man who moves his hands before a camera; his face stays in its place. */
const FILM = join(MEDIA, 'videos/intel_asl_again.mkv');
const FILM_SIZE: Size = { width: 640, height: 480 };
const FACE_OF_FILM: Bbox = [284, 72, 74, 94];

let opened: Detector | undefined;

afterEach(async () => {
  await opened?.close();
});

async function open(context: TestContext): Promise<Detector> {
  needsMedia(context);
  const modelDirectory = await modelFolder(context, tinyFaceDetector);
  opened = await openFaceDetector({ modelDirectory, minScore: 0.5, maxBoxes: 20, inputSize: 416, iou: 0.4 });
  return opened;
}

describe('faces in real pictures', { timeout: 120_000 }, () => {
  it('finds the face that looks at the camera among 13 photos, and takes two things at most for one', async (context) => {
    const detector = await open(context);
    let [found, right] = [0, 0];

    for (const { name, pixels, size } of await photos()) {
      const faces = await detector.detect(pixels, size);
      const marked = MARKED.get(name);
      found += faces.length;
      right += hits(faces, marked ? [{ label: 'face', bbox: marked }] : []);
    }

    process.stdout.write(`faces, photos: recall ${right}/${MARKED.size}, precision ${right}/${found} at IoU 0.5\n`);
    expect(right).toBe(MARKED.size);
    expect(found - right).toBeLessThanOrEqual(2);
  });

  it('finds a face in every picture of a film', async (context) => {
    const detector = await open(context);
    context.skip(!existsSync(FILM), `the film is absent (${FILM})`);
    const frames = framesOf(FILM, context);
    let [found, right] = [0, 0];

    for (const pixels of frames) {
      const faces = await detector.detect(pixels, FILM_SIZE);
      found += faces.length;
      right += hits(faces, [{ label: 'face', bbox: FACE_OF_FILM }]);
    }

    process.stdout.write(`faces, film: recall ${right}/${frames.length}, precision ${right}/${found} at IoU 0.5\n`);
    expect(right).toBe(frames.length);
    expect(found - right).toBeLessThan(frames.length / 5); // the picture on his shirt
  });
});

function framesOf(film: string, { skip }: TestContext): readonly Buffer[] {
  try {
    const args = ['-v', 'error', '-i', film, '-vf', 'fps=6', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    const bytes = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 28 });
    const length = FILM_SIZE.width * FILM_SIZE.height * 3;
    return Array.from({ length: bytes.length / length }, (_, index) =>
      bytes.subarray(index * length, (index + 1) * length),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return skip('ffmpeg is not installed');
    throw error;
  }
}

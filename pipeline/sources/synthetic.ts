import { z } from 'zod';
import { createFrameSession } from '../frame/frame-session.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { createPacer, paceOption } from './pacer.ts';
import { jpegQualityOption, sourceIdOption } from './source-id.ts';
import { createStreet } from './street/street.ts';

const options = z.strictObject({
  width: z.int().min(160).max(4096).default(1280).describe('Width of the pictures in pixels.'),
  height: z.int().min(90).max(4096).default(720).describe('Height of the pictures in pixels.'),
  fps: z.number().positive().max(240).default(10).describe('Pictures a second, of the street and at pace: real.'),
  frames: z.int().positive().optional().describe('Ends after this many pictures. Default: never.'),
  seed: z.int().nonnegative().max(0xffff_ffff).default(1).describe('The same seed draws the same pictures.'),
  moves: z
    .enum(['camera', 'signs'])
    .default('camera')
    .describe('camera: it drives along the street; signs: it stands still, and they are carried past it.'),
  signs: z.int().min(0).max(8).default(4).describe('Stop signs along the street.'),
  pace: paceOption.default('real'),
  quality: jpegQualityOption.default(85),
  sourceId: sourceIdOption,
});

type SyntheticOptions = z.output<typeof options>;

/** A drawn street: the camera for whoever has none, and the only one that knows exactly what is in its pictures. */
export default defineSource({
  name: 'synthetic',
  summary: 'A drawn street with stop signs that pass by, and the exact truth about them; needs nothing installed.',
  options,
  produces: 'frames',
  nature: ({ frames, pace }) => ({ endless: frames === undefined, live: frames === undefined && pace === 'real' }),
  records,
});

async function* records(
  settings: SyntheticOptions,
  { name, clock, signal }: SourceContext,
): AsyncGenerator<SourceRecord> {
  const { width, height, fps, frames = Infinity, pace, quality, sourceId = name } = settings;
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  const street = await createStreet(sharp, settings);
  const session = createFrameSession({ sourceId, sourceName: name, kind: 'synthetic', clock });
  const pacer = createPacer(pace, clock, signal);
  const raw = { width, height, channels: 3 } as const;
  const transforms = [{ op: 'initial', width, height }];
  for (let index = 0; index < frames; index++) {
    await pacer.next(1_000_000 / fps);
    if (signal.aborted) return;
    const objects = street.draw(index / fps);
    // Huffman tables made to measure would save a tenth of the bytes for twice the time.
    const bytes = await sharp(street.rgb, { raw }).jpeg({ quality, optimiseCoding: false }).toBuffer();
    const ptsUs = Math.round((index * 1_000_000) / fps);
    yield session.frame(bytes, { contentType: 'image/jpeg', ptsUs, width, height, transforms, truth: { objects } });
  }
}

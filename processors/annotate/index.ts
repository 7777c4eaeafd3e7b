import { z } from 'zod';
import { defineProcessor, frameOutput, readRawFrame, type FrameMeta, type RawFrame } from '../../pipeline/index.ts';
import { loadSharp } from '../picture/sharp.ts';
import { Canvas, type Colour } from './canvas.ts';
import { drawObjects, typeSize } from './draw-objects.ts';
import { LabelSpriteCache } from './label-sprites.ts';

const options = z.strictObject({
  showLabels: z.boolean().default(true).describe('Names the class (and the track) at each box.'),
  showScores: z.boolean().default(true).describe('Shows the score at each box, in percent.'),
  showClock: z.boolean().default(false).describe('Shows the capture time (UTC) at the bottom.'),
  showLatency: z
    .boolean()
    .default(false)
    .describe('Shows at the bottom how long after its capture the frame left the stage before.'),
});

type AnnotateOptions = z.output<typeof options>;

const STATUS_PAPER: Colour = [24, 24, 24];

/** Draws what was found into the pixels. */
export default defineProcessor({
  name: 'annotate',
  summary: 'Draws boxes, labels and scores of the objects into raw pixels, in the colour of their class.',
  options,
  async create(settings) {
    const cache = new LabelSpriteCache(await loadSharp());
    return {
      process: async (record) => frameOutput(await annotate(readRawFrame(record), cache, settings)),
    };
  },
});

/** Draws on a copy: the bytes that came belong to the fetched batch, and a dead letter must carry them as they were. */
async function annotate(frame: RawFrame, cache: LabelSpriteCache, settings: AnnotateOptions): Promise<RawFrame> {
  const objects = frame.meta.objects ?? [];
  const status = statusText(frame.meta, settings);
  if (objects.length === 0 && status === '') return frame;
  const size = typeSize(frame.pixels);
  const sprites = await cache.ofSize(size);
  const bytes = Buffer.from(frame.bytes);
  const canvas = new Canvas(bytes, frame.pixels);
  drawObjects(canvas, objects, { sprites, style: settings, line: Math.max(1, Math.round(size / 7)) });
  if (status !== '') {
    const sprite = sprites.label(status, STATUS_PAPER);
    canvas.copy(sprite, 0, canvas.height - sprite.height);
  }
  return { ...frame, bytes };
}

function statusText({ frame, stages }: FrameMeta, { showClock, showLatency }: AnnotateOptions): string {
  const leftBefore = stages.at(-1)?.outUs;
  const parts: string[] = [];
  if (showClock) parts.push(`${new Date(frame.captureTimeUs / 1000).toISOString().replace('T', ' ').slice(0, -1)} UTC`);
  if (showLatency && leftBefore !== undefined) {
    parts.push(`+${Math.round((leftBefore - frame.captureTimeUs) / 1000)} ms`);
  }
  return parts.join('  ');
}

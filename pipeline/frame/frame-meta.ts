import { z } from 'zod';

/** [x, y, width, height] in pixels, top-left origin, in the space of `frame.width` x `frame.height` of the same record. */
export const bboxSchema = z
  .tuple([z.number(), z.number(), z.number().nonnegative(), z.number().nonnegative()])
  .describe('[x, y, width, height] in pixels, top-left origin, in the space of frame.width x frame.height.');

export const detectedObjectSchema = z.looseObject({
  id: z.string().describe('Number of the object within its frame.'),
  trackId: z.string().nullable().describe('The same for one object through many frames; null where nobody tracks.'),
  model: z.string().describe('Who found it, for example coco-ssd/lite_mobilenet_v2.'),
  label: z.string(),
  labelId: z.int().describe("COCO's 1..90 numbering; 0 for what COCO has no class of, such as motion."),
  score: z.number().min(0).max(1),
  bbox: bboxSchema,
  attributes: z.array(z.unknown()),
  zones: z.array(z.string()),
  track: z
    .looseObject({
      ageMs: z.int().nonnegative().describe('Milliseconds since it was seen first.'),
      velocity: z.tuple([z.number(), z.number()]).describe('[x, y] in pixels a second, in the space of bbox.'),
    })
    .optional()
    .describe('What its track tells, where trackId is not null.'),
});

export const frameSchema = z.looseObject({
  id: z.string().min(1).describe('Join key: minted once by the source, never again.'),
  sourceId: z.string().min(1).describe('Also the key of the record.'),
  sessionId: z.string().describe('One run of the source.'),
  seq: z.int().nonnegative().describe('Grows by one for each captured frame of a session.'),
  captureTimeUs: z.int().nonnegative().describe('Microseconds since 1970 UTC, stamped when the picture was complete.'),
  clock: z.string().describe('Whose clock captureTimeUs is from.'),
  ptsUs: z.int().optional().describe('Position in the stream or file, microseconds.'),
  width: z.int().positive().optional().describe('Pixels; absent until somebody has decoded the picture.'),
  height: z.int().positive().optional().describe('Pixels; absent until somebody has decoded the picture.'),
  kind: z.enum(['live', 'file', 'synthetic', 'sensor']).describe('Frames of files are never dropped for freshness.'),
  transforms: z
    .array(z.looseObject({ op: z.string(), width: z.int().positive(), height: z.int().positive() }))
    .describe('What was done to the picture and the size it then had; the first is initial.'),
});

/** The `frame-meta` header, version 1: docs/frame-format.md describes it. */
export const frameMetaSchema = z.looseObject({
  version: z.literal('1'),
  frame: frameSchema,
  objects: z
    .array(detectedObjectSchema)
    .optional()
    .describe('Absent: nobody has looked. Empty: looked, found nothing.'),
  motion: z
    .looseObject({
      state: z.enum(['learning', 'watching', 'changed']).describe('Only where it is watching, something can be found.'),
      score: z.number().min(0).max(1).describe('Share of the picture that moves.'),
    })
    .optional()
    .describe('What motion says of the whole frame; what moves is among the objects.'),
  stages: z
    .array(z.looseObject({ name: z.string(), worker: z.string(), inUs: z.int(), outUs: z.int() }))
    .describe('The stages passed, in order; microseconds since 1970 UTC.'),
  truth: z
    .looseObject({ objects: z.array(z.looseObject({ label: z.string(), bbox: bboxSchema })) })
    .optional()
    .describe('What really is in a synthetic frame.'),
  dropped: z
    .looseObject({ count: z.int().nonnegative(), reasons: z.record(z.string(), z.int()) })
    .optional()
    .describe('Frames of the same source dropped since its last frame, by reason.'),
});

export type Bbox = z.infer<typeof bboxSchema>;
export type DetectedObject = z.infer<typeof detectedObjectSchema>;
export type FrameMeta = z.infer<typeof frameMetaSchema>;

/** JSON Schema of the `frame-meta` header; docs/frame-meta.schema.json holds it for other languages. */
export function frameMetaJsonSchema(): object {
  return { title: 'frame-meta', description: 'About one frame.', ...z.toJSONSchema(frameMetaSchema, { io: 'input' }) };
}

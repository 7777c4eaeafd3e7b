import { z } from 'zod';

/** [x, y, width, height] in pixels, top-left origin, in the space of `frame.width` x `frame.height` of the same record. */
export const bboxSchema = z.tuple([z.number(), z.number(), z.number().nonnegative(), z.number().nonnegative()]);

export const detectedObjectSchema = z.looseObject({
  id: z.string(),
  trackId: z.string().nullable(),
  model: z.string(),
  label: z.string(),
  /** COCO's 1..90 numbering. */
  labelId: z.int(),
  score: z.number().min(0).max(1),
  bbox: bboxSchema,
  attributes: z.array(z.unknown()),
  zones: z.array(z.string()),
});

export const frameSchema = z.looseObject({
  id: z.string().min(1),
  sourceId: z.string().min(1),
  sessionId: z.string(),
  seq: z.int().nonnegative(),
  captureTimeUs: z.int().nonnegative(),
  clock: z.string(),
  ptsUs: z.int().optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  kind: z.enum(['live', 'file', 'synthetic', 'sensor']),
  transforms: z.array(z.looseObject({ op: z.string(), width: z.int().positive(), height: z.int().positive() })),
});

/** The `frame-meta` header, version 1: docs/frame-format.md describes it. */
export const frameMetaSchema = z.looseObject({
  version: z.literal('1'),
  frame: frameSchema,
  /** Absent: nobody has looked. Empty: looked, found nothing. */
  objects: z.array(detectedObjectSchema).optional(),
  stages: z.array(z.looseObject({ name: z.string(), worker: z.string(), inUs: z.int(), outUs: z.int() })),
  truth: z.looseObject({ objects: z.array(z.looseObject({ label: z.string(), bbox: bboxSchema })) }).optional(),
  dropped: z.looseObject({ count: z.int().nonnegative(), reasons: z.record(z.string(), z.int()) }).optional(),
});

export type Bbox = z.infer<typeof bboxSchema>;
export type DetectedObject = z.infer<typeof detectedObjectSchema>;
export type FrameMeta = z.infer<typeof frameMetaSchema>;

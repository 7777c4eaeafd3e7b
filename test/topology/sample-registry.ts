import { z } from 'zod';
import { defineProcessor, defineSink, defineSource, type Processor } from '../../pipeline/index.ts';
import type { Definition, Registered, Registry } from '../../pipeline/topology/registry.ts';

const camera = defineSource({
  name: 'camera',
  summary: 'Frames of a camera.',
  options: z.strictObject({
    fps: z.number().min(1).max(60).default(10).describe('Frames a second.'),
    device: z.string().default('/dev/video0').describe('Device.'),
  }),
  produces: 'frames',
  nature: () => ({ endless: true, live: true }),
  async *records() {
    yield* [];
  },
});

const lines = defineSource({
  name: 'lines',
  summary: 'Lines of a file.',
  options: z.strictObject({ path: z.string().min(1).describe('File to read.') }),
  produces: 'records',
  nature: () => ({ endless: false, live: false }),
  async *records() {
    yield* [];
  },
});

const journal = defineSource({
  name: 'journal',
  summary: 'Entries of a journal, each once.',
  options: z.strictObject({}),
  produces: 'records',
  positions: true,
  nature: () => ({ endless: true, live: false }),
  async *records() {
    yield* [];
  },
});

const nothing: Processor = { process: () => null };

const detect = defineProcessor({
  name: 'detect',
  summary: 'Finds objects.',
  options: z.strictObject({
    minScore: z.number().min(0).max(1).default(0.5).describe('Least score.'),
    backend: z.enum(['onnx', 'wasm']).default('onnx').describe('What computes.'),
    classes: z.array(z.string()).optional().describe('Only these.'),
    region: z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).optional(),
  }),
  create: () => nothing,
});

const split = defineProcessor({
  name: 'split',
  summary: 'Tells alerts from the rest.',
  options: z.strictObject({}),
  outputs: ['alerts', 'rest'],
  produces: 'records',
  create: () => nothing,
});

const scale = defineProcessor({
  name: 'scale',
  summary: 'Scales.',
  options: z
    .strictObject({ width: z.int().optional(), height: z.int().optional() })
    .refine(({ width, height }) => width !== undefined || height !== undefined, {
      error: 'give width, height or both',
    }),
  create: () => nothing,
});

const dated = defineProcessor({
  name: 'dated',
  summary: 'Has options that are no JSON.',
  options: z.strictObject({ since: z.string().transform((text) => new Date(text)) }),
  create: () => nothing,
});

const page = defineSink({
  name: 'page',
  summary: 'A web page.',
  options: z.strictObject({ port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on.') }),
  mode: 'live',
  create: () => ({ write: () => undefined }),
});

const print = defineSink({
  name: 'print',
  summary: 'Prints records.',
  options: z.strictObject({}),
  mode: 'live',
  create: () => ({ write: () => undefined }),
});

const copy = defineSink({
  name: 'copy',
  summary: 'Copies into a topic.',
  options: z.strictObject({ to: z.string().min(1).describe('Topic to write.') }),
  mode: 'durable',
  writes: ({ to }) => [to],
  create: () => ({ write: () => undefined }),
});

/** A registry small enough to keep in mind; made by the public contract like any other. */
export const sampleRegistry: Registry = {
  processors: byName([detect, split, scale, dated]),
  sources: byName([camera, lines, journal]),
  sinks: byName([page, print, copy]),
};

function byName<D extends Definition>(definitions: readonly D[]): ReadonlyMap<string, Registered<D>> {
  return new Map(definitions.map((definition) => [definition.name, { id: definition.name, definition }]));
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext } from 'vitest';
import type {
  ConsumerRecord,
  FrameMeta,
  OutputRecord,
  ProcessorContext,
  ProcessorDefinition,
} from '../../pipeline/index.ts';

/** Real photographs and malformed files, kept outside the project. */
export const MEDIA = join(import.meta.dirname, '../../../shared/media');

/** Skips a test that needs the media where they are absent. */
export function needsMedia({ skip }: TestContext): void {
  skip(!existsSync(MEDIA), `test media are absent (${MEDIA})`);
}

export function media(path: string): Buffer {
  return readFileSync(join(MEDIA, path));
}

/** A `frame-meta` as a source writes it, with the given parts in place of its own. */
export function frameMeta(parts: Partial<FrameMeta> = {}, frame: Partial<FrameMeta['frame']> = {}): FrameMeta {
  const source = {
    id: 'cam1-1',
    sourceId: 'cam1',
    sessionId: 'b7',
    seq: 0,
    captureTimeUs: 1_795_224_600_123_456,
    clock: 'host',
  };
  return {
    version: '1',
    frame: { ...source, kind: 'file', transforms: [], ...frame },
    stages: [],
    ...parts,
  };
}

export function frameRecord(value: Buffer, contentType: string, meta = frameMeta()): ConsumerRecord {
  return plainRecord(value, { 'content-type': contentType, 'frame-meta': JSON.stringify(meta) });
}

/** A frame of raw pixels, every one computed from its place. */
export function rawRecord(
  { width, height, meta = {} }: { width: number; height: number; meta?: Partial<FrameMeta> },
  pixel: (x: number, y: number) => readonly [number, number, number],
): ConsumerRecord {
  const bytes = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes.set(pixel(x, y), (y * width + x) * 3);
  }
  const transforms = [{ op: 'initial', width, height }];
  return frameRecord(
    bytes,
    `image/x-raw;format=rgb24;width=${width};height=${height}`,
    frameMeta(meta, { width, height, transforms }),
  );
}

export function plainRecord(value: Buffer | string | null, headers: ConsumerRecord['headers'] = {}): ConsumerRecord {
  return {
    topic: 'frames.in',
    partition: 1,
    offset: 42n,
    timestampMs: 1_795_224_600_123,
    key: Buffer.from('cam1'),
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers,
  };
}

/** One processor as a stage runs it: options through the schema, then record after record. */
export async function started(
  definition: ProcessorDefinition,
  options: object = {},
): Promise<(record: ConsumerRecord) => Promise<readonly OutputRecord[]>> {
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const processor = await definition.create(definition.options.parse(options), {
    stage: 'tested',
    log,
    baseDirectory: import.meta.dirname,
  });
  return async (record) => {
    const forwarded: OutputRecord[] = [];
    const context: ProcessorContext = {
      stage: 'tested',
      task: 'tested-0_1',
      store: () => expect.fail('it has no state'),
      forward: (output) => forwarded.push(output),
      streamTimeMs: record.timestampMs,
      log,
      signal: new AbortController().signal,
    };
    const result = (await processor.process(record, context)) ?? [];
    return [...forwarded, ...(Array.isArray(result) ? (result as OutputRecord[]) : [result as OutputRecord])];
  };
}

/** The one frame a processor made: its size by content type, its pixels or bytes, what is known about it. */
export function onlyFrame(outputs: readonly OutputRecord[]): { bytes: Buffer; contentType: string; meta: FrameMeta } {
  const [output, ...more] = outputs;
  if (output === undefined || more.length > 0) throw new Error(`${outputs.length} records where one was expected`);
  return {
    bytes: output.value as Buffer,
    contentType: output.headers?.['content-type'] as string,
    meta: JSON.parse(output.headers?.['frame-meta'] as string) as FrameMeta,
  };
}

function ignore(): void {
  return undefined;
}

import type { DetectedObject } from '../../frame/frame-meta.ts';
import { createFrameSession, type FrameSession } from '../../frame/frame-session.ts';
import { contentTypeOf } from '../../sources/content-type.ts';
import { encoded, timeMsOf, type TestInput } from '../test-record.ts';
import type { FrameSpec } from './frame-spec.ts';
import { readPixels } from './pixels.ts';

type ObjectSpec = NonNullable<FrameSpec['objects']>[number];

const SOURCE = 'test';

/** Makes the frames of one test as sources do: each key is a source of its own, and its frames are counted. */
export class TestFrames {
  readonly #nowMs: () => number;
  readonly #sessions = new Map<string, FrameSession>();

  /** @param nowMs time of the clock of the test */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `input` as a frame, its value being the picture; headers of its own come before those of the frame. */
  async record(input: TestInput, { width, height, objects }: FrameSpec): Promise<TestInput> {
    const timeMs = input.time === undefined ? this.#nowMs() : timeMsOf(input.time);
    const bytes = Buffer.from(encoded(input.value) ?? '');
    const size = {
      ...sizeOf(width && height ? null : await readPixels(bytes)),
      ...(width && { width }),
      ...(height && { height }),
    };
    const { key, headers } = this.#session(String(input.key ?? SOURCE)).frame(bytes, {
      contentType: contentTypeOf(bytes),
      captureTimeUs: timeMs * 1000,
      ...size,
      ...(objects && { objects: objects.map(objectOf) }),
    });
    return { ...input, key: key ?? null, value: bytes, time: timeMs, headers: { ...headers, ...input.headers } };
  }

  #session(sourceId: string): FrameSession {
    const known = this.#sessions.get(sourceId);
    if (known) return known;
    const clock = { nowMs: this.#nowMs, nowUs: () => this.#nowMs() * 1000 };
    const session = createFrameSession({ sourceId, sessionId: SOURCE, kind: 'live', clock });
    this.#sessions.set(sourceId, session);
    return session;
  }
}

function sizeOf(pixels: { readonly width: number; readonly height: number } | null): object {
  return pixels ? { width: pixels.width, height: pixels.height } : {};
}

function objectOf(given: ObjectSpec, index: number): DetectedObject {
  const nothing = { trackId: null, model: SOURCE, labelId: 0, score: 1, attributes: [], zones: [] };
  return { id: String(index), bbox: [0, 0, 1, 1], ...nothing, ...given } as DetectedObject; // YAML has no undefined
}

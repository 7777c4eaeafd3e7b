import type { SourceRecord } from '../ports/source.ts';
import type { FrameMeta } from './frame-meta.ts';
import { createSessionIdentity, type SessionOptions } from './session-identity.ts';

type FrameOfMeta = FrameMeta['frame'];

export interface FrameSessionOptions extends SessionOptions {
  readonly kind: FrameOfMeta['kind'];
}

/** What is known about a picture when it is captured. */
export interface CapturedFrame {
  readonly contentType: string;
  /** Integer microseconds since 1970 UTC; now when left out. */
  readonly captureTimeUs?: number;
  /** Place in the video, integer microseconds. */
  readonly ptsUs?: number;
  /** Pixels; left out where nobody has decoded the picture. */
  readonly width?: number;
  readonly height?: number;
  readonly truth?: FrameMeta['truth'];
  /** What was found in it, where the source itself has looked. */
  readonly objects?: FrameMeta['objects'];
  readonly transforms?: FrameOfMeta['transforms'];
  /** Where the picture came from, for people: `street/0001.jpg`. */
  readonly file?: string;
}

/** Mints the frames of one run of a source. */
export interface FrameSession {
  readonly sessionId: string;
  /** The record of one captured picture; call it when the picture is complete, since it stamps the capture time. */
  frame(bytes: Buffer, captured: CapturedFrame): SourceRecord;
}

/** Starts a session: `seq` counts its frames from 0 without a gap, and every frame gets an id that sorts and never comes again. */
export function createFrameSession({ kind, ...options }: FrameSessionOptions): FrameSession {
  const identity = createSessionIdentity(options);
  const { sessionId } = identity;
  const { sourceId, clock } = options;
  return {
    sessionId,
    frame: (bytes, { contentType, captureTimeUs = clock.nowUs(), truth, objects, transforms = [], ...known }) => {
      const { id, seq } = identity.next();
      const frame = { id, sourceId, sessionId, seq, captureTimeUs, clock: 'host', kind, ...known, transforms };
      const meta: FrameMeta = { version: '1', frame, stages: [], ...(objects && { objects }), ...(truth && { truth }) };
      return {
        key: sourceId,
        value: bytes,
        headers: {
          'content-type': contentType,
          'frame-meta': JSON.stringify(meta),
          ...identity.headers({ id, type: 'frame', timeUs: captureTimeUs }),
        },
        timestampMs: Math.floor(captureTimeUs / 1000),
      };
    },
  };
}

import type { FrameMeta } from '../../pipeline/frame/frame-meta.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';

/** A record of topic `in`, partition 0, with these parts. */
export function aRecord(parts: Partial<ConsumerRecord> = {}): ConsumerRecord {
  const base = {
    topic: 'in',
    partition: 0,
    offset: 0n,
    timestampMs: 1_000,
    key: null,
    value: Buffer.from('value'),
    headers: {},
  };
  return { ...base, ...parts };
}

/** A frame of a source with this sequence number, captured at this time. */
export function aFrame({ seq, capturedMs, sourceId = 'cam', kind = 'live', dropped }: FrameParts): ConsumerRecord {
  const meta: FrameMeta = {
    version: '1',
    frame: {
      id: `${sourceId}-${seq}`,
      sourceId,
      sessionId: 's',
      seq,
      captureTimeUs: capturedMs * 1000,
      clock: 'host',
      kind,
      transforms: [],
    },
    stages: [],
    ...(dropped && { dropped }),
  };
  return aRecord({
    offset: BigInt(seq),
    timestampMs: capturedMs,
    key: Buffer.from(sourceId),
    headers: { 'content-type': Buffer.from('image/jpeg'), 'frame-meta': Buffer.from(JSON.stringify(meta)) },
  });
}

interface FrameParts {
  readonly seq: number;
  readonly capturedMs: number;
  readonly sourceId?: string;
  readonly kind?: FrameMeta['frame']['kind'];
  readonly dropped?: NonNullable<FrameMeta['dropped']>;
}

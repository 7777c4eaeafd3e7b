import type { FrameMeta } from '../../pipeline/frame/frame-meta.ts';
import { createFrameSession } from '../../pipeline/frame/frame-session.ts';
import type { ConsumerRecord, ProducerRecord } from '../../pipeline/ports/record.ts';
import type { OpenReader, SinkRecord, SinkSetup } from '../../pipeline/ports/sink.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';

/** What a sink was told and what it said. */
export interface SetupUnderTest extends SinkSetup {
  readonly sent: ProducerRecord[];
  readonly announced: string[];
}

export interface SetupOptions {
  readonly topic?: string;
  readonly baseDirectory?: string;
  readonly openReader?: OpenReader;
  readonly partitions?: number;
}

async function* nothing(): AsyncGenerator<ConsumerRecord> {
  // an empty topic
}

/** A setup on the real clock whose broker is a list. */
export function sinkSetup(options: SetupOptions = {}): SetupUnderTest {
  const { topic = 'frames.annotated', baseDirectory = '.', openReader = () => nothing(), partitions = 3 } = options;
  const sent: ProducerRecord[] = [];
  const announced: string[] = [];
  const quiet = (): void => undefined;
  return {
    name: 'watch',
    group: 'test.watch',
    topic,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    clock: systemClock,
    signal: new AbortController().signal,
    baseDirectory,
    openReader,
    send: async (records) => void sent.push(...records),
    partitionsOf: async () => partitions,
    announce: (address) => void announced.push(address),
    sent,
    announced,
  };
}

/** A record with the given parts; the others are those of a plain one. */
export function sinkRecord(parts: Partial<SinkRecord> = {}): SinkRecord {
  return { topic: 'in', partition: 0, offset: 0n, timestampMs: 1000, key: null, value: null, headers: {}, ...parts };
}

export interface FramesOptions {
  readonly sourceId?: string;
  readonly contentType?: string;
}

/** Makes the records of one session of a source: real frames, one partition, offsets from 0. */
export function frames({ sourceId = 'cam', contentType = 'image/jpeg' }: FramesOptions = {}) {
  const session = createFrameSession({ sourceId, kind: 'synthetic', clock: systemClock });
  let offset = 0n;
  return (picture: Buffer, more: Partial<FrameMeta> & { captureTimeUs?: number } = {}): SinkRecord => {
    const { captureTimeUs, ...meta } = more;
    const captured = captureTimeUs === undefined ? { contentType } : { contentType, captureTimeUs };
    const { headers, timestampMs } = session.frame(picture, captured);
    const known = JSON.parse(String(headers['frame-meta'])) as FrameMeta;
    return sinkRecord({
      topic: 'frames.annotated',
      offset: offset++,
      key: Buffer.from(sourceId),
      value: picture,
      headers: { ...headers, 'frame-meta': JSON.stringify({ ...known, ...meta }) },
      timestampMs: timestampMs,
    });
  };
}

/** An object of `frame-meta`. */
export function found(label: string, score: number): NonNullable<FrameMeta['objects']>[number] {
  return {
    id: '0',
    trackId: null,
    model: 'm',
    label,
    labelId: 1,
    score,
    bbox: [1, 2, 3, 4],
    attributes: [],
    zones: [],
  };
}

import {
  readFrameMeta,
  resizedMeta,
  type ConsumerRecord,
  type DetectedObject,
  type FrameMeta,
  type OutputRecord,
  type Size,
} from '../../pipeline/index.ts';
import { keyReader } from './join-key.ts';
import { copyOf, outputInPlace, type RecordCopy } from './record-copy.ts';
import type { Pair, Shape } from './shape.ts';

/** Frames as they are; the output is the left one with the objects of the right one, or the one there is. */
export const frameShape: Shape<RecordCopy> = {
  keyOf: keyReader('frameId'),
  keep: async (record) => {
    readFrameMeta(record.headers);
    return copyOf(record);
  },
  join: async ({ left, right, atMs }: Pair<RecordCopy>, record: ConsumerRecord): Promise<OutputRecord | null> => {
    const frame = left ?? right;
    if (!frame) return null;
    if (!left || !right) return outputInPlace(frame, record);
    const meta = JSON.stringify(withObjects(readFrameMeta(left.headers), readFrameMeta(right.headers)));
    return outputInPlace({ ...left, atMs, headers: { ...left.headers, 'frame-meta': Buffer.from(meta) } }, record);
  },
};

/** Boxes come into the space of the left frame, and the objects are numbered on. */
function withObjects(left: FrameMeta, right: FrameMeta): FrameMeta {
  const [from, to] = [sizeOf(right), sizeOf(left)];
  const { objects: found } = from && to ? resizedMeta(right, { from, to }) : right;
  if (!found) return left;
  const known = left.objects ?? [];
  const added = found.map((object, index): DetectedObject => ({ ...object, id: String(known.length + index) }));
  return { ...left, objects: [...known, ...added] };
}

function sizeOf({ frame: { width, height } }: FrameMeta): Size | null {
  return width === undefined || height === undefined ? null : { width, height };
}

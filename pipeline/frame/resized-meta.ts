import type { Bbox, DetectedObject, FrameMeta } from './frame-meta.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Largest size of the same shape inside the bounds; never larger than the picture itself. */
export function fitInside(picture: Size, bounds: Partial<Size>): Size {
  const { width = Infinity, height = Infinity } = bounds;
  return scaledBy(picture, Math.min(1, width / picture.width, height / picture.height));
}

/** A size times a factor, in whole pixels, at least one. */
export function scaledBy({ width, height }: Size, factor: number): Size {
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/**
 * The `frame-meta` of a frame whose picture was `from` and now is `to`: size, transforms, and the boxes of objects and
 * truth in the new space. The first to know the size enters it as transform `initial`.
 */
export function resizedMeta(meta: FrameMeta, { from, to }: { from: Size; to: Size }): FrameMeta {
  const { width, height } = to;
  const known = meta.frame.transforms;
  const transforms = known.length > 0 ? [...known] : [{ op: 'initial', width: from.width, height: from.height }];
  if (from.width !== width || from.height !== height) transforms.push({ op: 'scale', width, height });
  const space = { width: meta.frame.width ?? from.width, height: meta.frame.height ?? from.height };
  const toNewSpace = <Boxed extends { bbox: Bbox }>(boxed: Boxed): Boxed => ({
    ...boxed,
    bbox: scaledBox(boxed.bbox, width / space.width, height / space.height),
  });
  const withVelocity = (object: DetectedObject): DetectedObject => {
    if (object.track === undefined) return object;
    const [x, y] = object.track.velocity;
    const velocity: [number, number] = [
      thousandths((x * width) / space.width),
      thousandths((y * height) / space.height),
    ];
    return { ...object, track: { ...object.track, velocity } };
  };
  return {
    ...meta,
    frame: { ...meta.frame, width, height, transforms },
    ...(meta.objects && { objects: meta.objects.map(toNewSpace).map(withVelocity) }),
    ...(meta.truth && { truth: { ...meta.truth, objects: meta.truth.objects.map(toNewSpace) } }),
  };
}

function scaledBox([x, y, width, height]: Bbox, byX: number, byY: number): Bbox {
  return [thousandths(x * byX), thousandths(y * byY), thousandths(width * byX), thousandths(height * byY)];
}

/** A thousandth of a pixel is beyond any detector, and keeps the header short. */
function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

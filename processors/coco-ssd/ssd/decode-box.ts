import type { Edges } from '../../detection/non-max-suppression.ts';

/** The coder of the network writes centres ten times and logarithms of sizes five times as large. */
const CENTRE_SCALE = 10;
const SIZE_SCALE = 5;

/**
 * The box number `index` that the network means.
 * @param encodings (cy, cx, log height, log width) of each box, relative to its anchor.
 * @param anchors (top, left, bottom, right) of each box it looks at, fractions of the picture.
 */
export function decodeBox(encodings: Float32Array, anchors: Float32Array, index: number): Edges {
  const [cy = 0, cx = 0, logHeight = 0, logWidth = 0] = encodings.subarray(index * 4, index * 4 + 4);
  const [top = 0, left = 0, bottom = 0, right = 0] = anchors.subarray(index * 4, index * 4 + 4);
  const anchorHeight = bottom - top;
  const anchorWidth = right - left;
  const y = (cy / CENTRE_SCALE) * anchorHeight + top + anchorHeight / 2;
  const x = (cx / CENTRE_SCALE) * anchorWidth + left + anchorWidth / 2;
  const halfHeight = (Math.exp(logHeight / SIZE_SCALE) * anchorHeight) / 2;
  const halfWidth = (Math.exp(logWidth / SIZE_SCALE) * anchorWidth) / 2;
  return { top: y - halfHeight, left: x - halfWidth, bottom: y + halfHeight, right: x + halfWidth };
}

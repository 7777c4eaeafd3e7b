import sharp from 'sharp';
import type { Bbox, Size } from '../../../pipeline/index.ts';
import type { DrawnPicture } from '../coco-ssd/drawn-pictures.ts';

/** A face of five strokes before a pale wall, raw rgb24; `height` of the face in pixels. */
export async function drawnFace(size: Size, height: number): Promise<DrawnPicture> {
  const bbox: Bbox = [size.width / 2 - height * 0.375, size.height * 0.4 - height / 2, height * 0.75, height];
  const picture = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">` +
      `<rect width="100%" height="100%" fill="#b8cbd8"/>${faceSvg(bbox)}</svg>`,
  );
  return { pixels: await sharp(picture).removeAlpha().raw().toBuffer(), size, bbox };
}

/** Drawn in a box of 150x200. */
function faceSvg([left, top, , height]: Bbox): string {
  return (
    `<g transform="translate(${left} ${top}) scale(${height / 200})"><ellipse cx="75" cy="100" rx="75" ry="100" fill="#e0b090"/>` +
    '<ellipse cx="45" cy="85" rx="13" ry="7" fill="#222"/><ellipse cx="105" cy="85" rx="13" ry="7" fill="#222"/>' +
    '<path d="M55 122h40" stroke="#a06a50" stroke-width="5"/><path d="M47 150q28 20 56 0z" fill="#a03030"/></g>'
  );
}

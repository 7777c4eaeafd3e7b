import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Bbox, Size } from '../../../pipeline/index.ts';
import { MEDIA } from '../frame-records.ts';

export interface Photo {
  readonly name: string;
  readonly pixels: Buffer;
  readonly size: Size;
}

/** What one finds in a photo, whoever found it. */
export interface Found {
  readonly label: string;
  readonly bbox: Bbox;
}

/** Every photo of the media as raw rgb24. */
export async function photos(): Promise<readonly Photo[]> {
  const folders = ['photos/coco', 'photos/other'];
  const names = folders.flatMap((folder) => readdirSync(join(MEDIA, folder)).map((name) => join(folder, name)));
  return Promise.all(names.filter((name) => name.endsWith('.jpg')).map(readPhoto));
}

async function readPhoto(name: string): Promise<Photo> {
  const { data, info } = await sharp(join(MEDIA, name))
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { name, pixels: data, size: { width: info.width, height: info.height } };
}

interface Instances {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: Bbox;
    readonly iscrowd: number;
  }[];
}

/** COCO's own boxes by name of the photo; crowds are left out. */
export function cocoTruth(): ReadonlyMap<string, readonly Found[]> {
  const coco = JSON.parse(readFileSync(join(MEDIA, 'photos/coco/instances.json'), 'utf8')) as Instances;
  const labels = new Map(coco.categories.map(({ id, name }) => [id, name]));
  const boxesOf = (imageId: number): Found[] =>
    coco.annotations
      .filter(({ image_id, iscrowd }) => image_id === imageId && iscrowd === 0)
      .map(({ category_id, bbox }) => ({ label: labels.get(category_id)!, bbox }));
  return new Map(coco.images.map(({ id, file_name }) => [join('photos/coco', file_name), boxesOf(id)]));
}

/** How many of the wanted objects are found: same class, boxes that overlap by half, each used once. */
export function hits(found: readonly Found[], wanted: readonly Found[], iou = 0.5): number {
  const left = [...wanted];
  return found.filter(({ label, bbox }) => {
    const match = left.findIndex((object) => object.label === label && iouOf(object.bbox, bbox) >= iou);
    if (match >= 0) left.splice(match, 1);
    return match >= 0;
  }).length;
}

/** Intersection over union of two boxes in pixels. */
export function iouOf([ax, ay, aw, ah]: Bbox, [bx, by, bw, bh]: Bbox): number {
  const width = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const height = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return (width * height) / (aw * ah + bw * bh - width * height);
}

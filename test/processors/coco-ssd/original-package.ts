import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import * as cocoSsd from '@tensorflow-models/coco-ssd';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { Bbox } from '../../../pipeline/index.ts';
import type { Photo } from './photos.ts';

export interface OriginalObject {
  readonly label: string;
  readonly score: number;
  readonly bbox: Bbox;
}

/** The coco-ssd package as its manual says to use it, on WebAssembly: nothing of ours but the files it loads. */
export async function openOriginalPackage(
  modelDirectory: string,
): Promise<(photo: Photo, minScore?: number) => Promise<readonly OriginalObject[]>> {
  await tf.setBackend('wasm');
  const server = createServer((request, response) => {
    createReadStream(join(modelDirectory, basename(request.url ?? ''))).pipe(response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const model = await cocoSsd.load({ modelUrl: `http://127.0.0.1:${port}/model.json` });
  server.close();
  return async ({ pixels, size }, minScore) => {
    const picture = tf.tensor3d(pixels, [size.height, size.width, 3], 'int32');
    const found = await model.detect(picture, 20, minScore);
    picture.dispose();
    return found.map(({ class: label, score, bbox }) => ({ label, score, bbox }));
  };
}

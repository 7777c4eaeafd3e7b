import { ssdliteMobilenetV2 } from './coco-ssd/ssdlite-mobilenet-v2.ts';
import type { Model } from './detection/model-store/model-source.ts';
import { tinyFaceDetector } from './faces/tiny-face-detector.ts';

/** The models that processors fetch at their first run, by name of the processor. */
export const models: ReadonlyMap<string, Model> = new Map([
  ['coco-ssd', ssdliteMobilenetV2],
  ['faces', tinyFaceDetector],
]);

import type { Detector } from '../../detection/detector.ts';
import type { DetectorSettings } from '../detector.ts';
import { openCocoSsdPackage } from './coco-ssd-package.ts';

/** The coco-ssd package on WebAssembly: runs on every machine, a quarter of the speed of onnx. */
export function openTfjsWasmDetector(settings: DetectorSettings): Promise<Detector> {
  const register = (): Promise<unknown> => import('@tensorflow/tfjs-backend-wasm');
  return openCocoSsdPackage({ name: 'tfjs-wasm', tfjsName: 'wasm', register }, settings);
}

import { UserError, messageOf } from '../../../pipeline/index.ts';
import type { Detector } from '../../detection/detector.ts';
import type { DetectorSettings } from '../detector.ts';
import { openCocoSsdPackage } from './coco-ssd-package.ts';

/** An optional package: a variable, so that the compiler does not ask for it. */
const PACKAGE: string = '@tensorflow/tfjs-node';

/**
 * The coco-ssd package on native TensorFlow.
 * @throws UserError DETECTOR_BACKEND_UNAVAILABLE where the optional package or its library is absent.
 */
export function openTfjsNodeDetector(settings: DetectorSettings): Promise<Detector> {
  return openCocoSsdPackage({ name: 'tfjs-node', tfjsName: 'tensorflow', register }, settings);
}

async function register(): Promise<void> {
  try {
    await import(PACKAGE);
  } catch (error) {
    throw new UserError(
      'DETECTOR_BACKEND_UNAVAILABLE',
      `backend tfjs-node needs the optional package ${PACKAGE} with its library (${messageOf(error).split('\n')[0] ?? ''}); run scripts/tfjs-node-from-wheel.sh, or use backend: onnx`,
      { cause: error },
    );
  }
}

import type { Detector } from '../detection/detector.ts';
import { createOnnxSession, floatsOf } from '../detection/onnx/onnx-session.ts';
import { TENSORS, buildFaceNetwork } from './face-network.ts';
import { findFaces } from './find-faces.ts';
import type { FacesOptions } from './options.ts';
import { readWeights } from './read-weights.ts';
import { CELL_SIDE, createScaling } from './scale-picture.ts';

/** What a face detector is opened with. */
export interface FaceSettings extends Pick<FacesOptions, 'minScore' | 'maxBoxes' | 'inputSize' | 'iou'> {
  /** Folder that holds the checked model files. */
  readonly modelDirectory: string;
}

/** The face detector of face-api on ONNX Runtime. */
export async function openFaceDetector(settings: FaceSettings): Promise<Detector> {
  const { Tensor } = await import('onnxruntime-node');
  const session = await createOnnxSession(buildFaceNetwork(await readWeights(settings.modelDirectory)));
  const scalePicture = createScaling(settings.inputSize);
  return {
    backend: 'onnx',
    detect: async (pixels, original) => {
      const { planar, size, scale } = scalePicture(pixels, original);
      const picture = new Tensor('float32', planar, [1, 3, size.height, size.width]);
      const outputs = await session.run({ [TENSORS.picture]: picture });
      const grid = { width: size.width / CELL_SIDE, height: size.height / CELL_SIDE };
      return findFaces({ planes: floatsOf(outputs[TENSORS.cells]), grid, scale }, settings);
    },
    close: () => session.release(),
  };
}

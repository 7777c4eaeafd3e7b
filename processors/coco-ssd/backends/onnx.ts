import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Detector, DetectorSettings } from '../detector.ts';
import { onnxModelOf } from '../onnx/cached-onnx-model.ts';
import { TENSORS } from '../onnx/rewrite-graph.ts';
import { findObjects } from '../ssd/find-objects.ts';
import { INPUT_SIDE, createResize } from '../ssd/resize-bilinear.ts';

/** One thread that does not spin: more frames at once need more detectors, which scale better. */
const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/** The detector on ONNX Runtime: the same weights, boxes and scores as the coco-ssd package, four times as fast. */
export async function openOnnxDetector(settings: DetectorSettings): Promise<Detector> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(await onnxModelOf(settings.modelDirectory), sessionOptions);
  const resize = createResize();
  return {
    backend: 'onnx',
    detect: async (pixels, size) => {
      const picture = new Tensor('float32', resize(pixels, size), [1, 3, INPUT_SIDE, INPUT_SIDE]);
      const outputs = await session.run({ [TENSORS.picture]: picture });
      const [scores, encodings, anchors] = [TENSORS.scores, TENSORS.encodings, TENSORS.anchors].map((name) =>
        floatsOf(outputs[name]),
      ) as [Float32Array, Float32Array, Float32Array];
      return findObjects({ scores, encodings }, anchors, { settings, size });
    },
    close: () => session.release(),
  };
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error('ONNX Runtime left out an output of the detector; this is a bug, please report it');
}

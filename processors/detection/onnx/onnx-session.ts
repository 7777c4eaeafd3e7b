import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** One thread that does not spin: more frames at once need more detectors, which scale better. */
const sessionOptions: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/** A model that is ready to compute, on one thread. */
export async function createOnnxSession(model: Uint8Array): Promise<InferenceSession> {
  const { InferenceSession } = await import('onnxruntime-node');
  return InferenceSession.create(model, sessionOptions);
}

/** The numbers of an output. */
export function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error('ONNX Runtime left out an output of the detector; this is a bug, please report it');
}

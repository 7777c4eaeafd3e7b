import { httpSource } from '../detection/model-store/http-source.ts';
import type { Model } from '../detection/model-store/model-source.ts';
import { npmSource } from '../detection/model-store/npm-source.ts';

/** What the weights are called, their shapes, and how their bytes become numbers. */
export const MANIFEST = 'tiny_face_detector_model-weights_manifest.json';

/** The weights, one byte each. */
export const WEIGHTS = 'tiny_face_detector_model.bin';

/**
 * The small face detector of face-api (MIT): a network as Tiny YOLO v2, of separable convolutions. From its repository,
 * else from its package.
 */
export const tinyFaceDetector: Model = {
  name: 'tiny_face_detector',
  files: [
    { name: MANIFEST, bytes: 3219, sha256: '5d1af4849ac48d5b985f4a9b16010c512353ddd6fcc63d50fd0bc9e9e64296e5' },
    { name: WEIGHTS, bytes: 193_321, sha256: 'b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871' },
  ],
  sources: [
    httpSource(
      new URL('https://raw.githubusercontent.com/vladmandic/face-api/189226d63aabb48cb40776fd1c453ebc0fa722f1/model/'),
    ),
    npmSource({
      spec: '@vladmandic/face-api@1.7.15',
      integrity: 'sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==',
      folder: 'model',
    }),
  ],
};

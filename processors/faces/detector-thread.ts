import { serveDetector } from '../detection/thread/serve-detector.ts';
import { openFaceDetector, type FaceSettings } from './face-detector.ts';

await serveDetector(async (settings) => ({
  detector: await openFaceDetector(settings as FaceSettings),
  passedOver: [],
}));

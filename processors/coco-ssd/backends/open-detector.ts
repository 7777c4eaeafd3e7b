import { PipelineError, messageOf } from '../../../pipeline/index.ts';
import type { Detector, OpenedDetector } from '../../detection/detector.ts';
import type { BackendName, DetectorSettings } from '../detector.ts';
import type { CocoSsdOptions } from '../options.ts';

type Open = (settings: DetectorSettings) => Promise<Detector>;

/** Every backend, best first; each loads its library when it is opened. */
const backends: Readonly<Record<BackendName, Open>> = {
  onnx: async (settings) => (await import('./onnx.ts')).openOnnxDetector(settings),
  'tfjs-node': async (settings) => (await import('./tfjs-node.ts')).openTfjsNodeDetector(settings),
  'tfjs-wasm': async (settings) => (await import('./tfjs-wasm.ts')).openTfjsWasmDetector(settings),
};

/** Opens the backend that is named; with `auto` the first that loads and can do what the settings ask. */
export async function openDetector(
  name: CocoSsdOptions['backend'],
  settings: DetectorSettings,
): Promise<OpenedDetector> {
  if (name !== 'auto') return { detector: await backends[name](settings), passedOver: [] };
  const passedOver: string[] = [];
  for (const [candidate, open] of Object.entries(backends)) {
    if (candidate !== 'onnx' && settings.nms !== 'coco-ssd') continue;
    try {
      return { detector: await open(settings), passedOver };
    } catch (error) {
      passedOver.push(`${candidate}: ${messageOf(error)}`);
    }
  }
  throw new PipelineError('DETECTOR_BACKEND_UNAVAILABLE', `no backend of coco-ssd loads: ${passedOver.join('; ')}`);
}

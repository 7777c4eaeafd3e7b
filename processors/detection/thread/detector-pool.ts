import type { Logger, Size } from '../../../pipeline/index.ts';
import type { Detection, Detector } from '../detector.ts';
import { openThreadDetector, type ThreadEntry } from './thread-detector.ts';

/** Several detectors, each with a model of its own; a picture waits for the first that is free. */
export interface DetectorPool {
  detect(pixels: Uint8Array, size: Size): Promise<readonly Detection[]>;
  close(): Promise<void>;
}

/** Opens them one after the other: the first writes what the others then find in the model folder. */
export async function openDetectorPool(threads: number, entry: ThreadEntry, log: Logger): Promise<DetectorPool> {
  const detectors: Detector[] = [];
  for (let index = 0; index < threads; index++) detectors.push(await openThreadDetector(entry, log));
  const free = [...detectors];
  const queue: ((detector: Detector) => void)[] = [];
  const take = (): Promise<Detector> => {
    const detector = free.pop();
    return detector ? Promise.resolve(detector) : new Promise((resolve) => void queue.push(resolve));
  };
  const giveBack = (detector: Detector): void => {
    const next = queue.shift();
    if (next) next(detector);
    else free.push(detector);
  };
  return {
    detect: async (pixels, size) => {
      const detector = await take();
      try {
        return await detector.detect(pixels, size);
      } finally {
        giveBack(detector);
      }
    },
    close: async () => {
      await Promise.all(detectors.map((detector) => detector.close()));
    },
  };
}

import { readRawFrame, type Processor } from '../../pipeline/index.ts';
import type { DetectorPool } from './thread/detector-pool.ts';
import { withObjects } from './with-objects.ts';

/** Lists what the threads of a pool find in raw pixels under the name of their model, and closes the pool at the end. */
export function detecting(model: string, pool: DetectorPool): Pick<Processor, 'process' | 'close'> {
  return {
    process: async (record) => {
      const frame = readRawFrame(record);
      return withObjects(frame, model, await pool.detect(frame.bytes, frame.pixels));
    },
    close: () => pool.close(),
  };
}

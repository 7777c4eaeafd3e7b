import { randomUUID } from 'node:crypto';
import { readTopology } from '../../pipeline/registry/read-topology.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import { onOwnTopics } from './own-topics.ts';
import { DEFAULT_TOPOLOGY } from './place.ts';

/** A plan of a topology file under a name and on topics that nobody else has. */
export async function planOf(file: string, set: readonly string[]): Promise<Plan> {
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const { plan } = await readTopology({ file, set: [`name=${name}`, ...set] });
  return onOwnTopics(plan);
}

/** The five stages as they run at full speed on a folder of pictures: nothing is skipped, no tap looks on. */
export function fullSpeedPlan(folder: string, decodeWidth: number, set: readonly string[] = []): Promise<Plan> {
  return planOf(DEFAULT_TOPOLOGY, [
    'sources.camera.type=images',
    `sources.camera.with.path=${folder}`,
    'sources.camera.with.pace=fast',
    'sources.camera.with.loop=true',
    'stages.decode.delivery=every',
    'stages.decode.maxAge=',
    'stages.detect.delivery=every',
    'stages.detect.maxAge=',
    `stages.decode.with.maxWidth=${decodeWidth}`,
    'taps=',
    ...set,
  ]);
}

/** The default topology as it is, decoded to 640 wide, without its viewer. */
export function livePlan(fps: number, set: readonly string[] = []): Promise<Plan> {
  const live = [`sources.camera.with.fps=${fps}`, 'stages.decode.with.maxWidth=640', 'taps='];
  return planOf(DEFAULT_TOPOLOGY, [...live, ...set]);
}

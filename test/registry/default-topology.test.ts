import { resolve } from 'node:path';
import { describe as group, expect, it } from 'vitest';
import { readTopology } from '../../pipeline/registry/read-topology.ts';
import { describe } from '../../pipeline/topology/describe.ts';

const TWO_GB = 2 * 1024 ** 3;

group('the default topology', () => {
  it('is planned as the snapshot says, without a warning', async () => {
    const { plan, findings } = await readTopology({ file: 'topology.yaml' });

    expect(findings).toEqual([]);
    expect(plan.file).toBe(resolve('topology.yaml'));
    await expect(JSON.stringify({ ...plan, file: 'topology.yaml' }, null, 2)).toMatchFileSnapshot('default-plan.json');
  });

  it('is drawn as the snapshot says', async () => {
    const { plan } = await readTopology({ file: 'topology.yaml' });

    await expect(describe(plan)).toMatchFileSnapshot('default-drawing.txt');
  });

  it('takes 2 GB of disk at most: its one source fills one partition of each topic', async () => {
    const { plan } = await readTopology({ file: 'topology.yaml' });

    const bytes = plan.topics.map(({ retentionBytes, segmentBytes }) => retentionBytes + segmentBytes);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(TWO_GB);
  });

  it.each([
    { set: ['sources.camera.type=video', 'sources.camera.with.path=street.mp4', 'sources.camera.with.pace=fast'] },
    { set: ['sources.camera.type=video', 'sources.camera.with.path=street.mp4', 'sources.camera.with.loop=true'] },
    { set: ['sources.camera.with.fps=30'] },
    { set: ['stages.detect.delivery=every', 'stages.decode.delivery=every'] },
    { set: ['stages.detect.replicas=2'] },
    { set: ['taps.viewer.with.port=8081'] },
  ])('takes --set $set', async ({ set }) => {
    const { plan } = await readTopology({ file: 'topology.yaml', set });

    expect(plan.stages).toHaveLength(5);
  });
});

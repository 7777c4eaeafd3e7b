import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTopology, readTopology } from '../../pipeline/registry/read-topology.ts';
import { topologyFolder } from './topology-folder.ts';

const ONE = 'name: t\nsources: { camera: { type: synthetic, to: frames, with: { fps: 10, seed: 3 } } }\n';
const TWO = 'name: t\nsources: { a: { type: synthetic, to: frames }, b: { type: synthetic, to: frames } }\n';

async function sourceOf(sourceShortcut: string, set: readonly string[] = []) {
  const folder = await topologyFolder({ 't.yaml': ONE });
  const { plan } = await readTopology({ file: join(folder, 't.yaml'), sourceShortcut, set });
  return plan.sources[0];
}

describe('--source', () => {
  it('takes a file as seen from the current folder and forgets the options of the other type', async () => {
    const source = await sourceOf('street.mp4');

    expect(source).toMatchObject({ name: 'camera', type: 'video', options: { path: resolve('street.mp4') } });
    expect(source?.options).not.toMatchObject({ seed: 3 });
  });

  it('goes together with options set beside it', async () => {
    const source = await sourceOf('street.mp4', ['sources.camera.with.pace=fast']);

    expect(source).toMatchObject({ type: 'video', options: { path: resolve('street.mp4'), pace: 'fast' } });
  });

  it('keeps addresses as they are', async () => {
    expect(await sourceOf('rtsp://camera.local/1')).toMatchObject({
      type: 'video',
      options: { path: 'rtsp://camera.local/1' },
    });
  });

  it('takes the name of a type', async () => {
    expect(await sourceOf('webcam')).toMatchObject({ type: 'webcam', live: true, endless: true });
    expect(await sourceOf('synthetic')).toMatchObject({ type: 'synthetic', options: { seed: 3 } });
  });

  it('takes pictures, folders and patterns as images', async () => {
    const folder = await topologyFolder({ 'a.jpg': 'x' });
    await mkdir(join(folder, 'album'));

    for (const path of [join(folder, 'a.jpg'), join(folder, 'album'), join(folder, '*.jpg')]) {
      expect(await sourceOf(path)).toMatchObject({ type: 'images', options: { path } });
    }
  });

  it('asks for --set where there are several sources', async () => {
    const folder = await topologyFolder({ 't.yaml': TWO });

    await expect(checkTopology({ file: join(folder, 't.yaml'), sourceShortcut: 'x.mp4' })).rejects.toMatchObject({
      code: 'TOPOLOGY_BAD_OVERRIDE',
      message:
        '--source x.mp4 replaces the one source, but the topology has several sources (a and b); ' +
        'say which with --set sources.a.type=video --set sources.a.with.path=x.mp4',
    });
  });
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTopology, readTopology } from '../../pipeline/registry/read-topology.ts';
import { lines } from '../topology/lint-case.ts';
import { topologyFolder } from './topology-folder.ts';

const BASE = lines(
  'name: shop',
  'defaults: { partitions: 2, onError: { retries: 5 } }',
  'sources:',
  '  camera: { type: synthetic, to: frames, with: { fps: 10, width: 320, height: 240 } }',
  'stages:',
  '  small: { from: frames, process: resize, to: small, with: { width: 160 } }',
  'taps:',
  '  seen: { on: small, sink: console }',
);

async function read(files: Readonly<Record<string, string>>, ...names: readonly string[]) {
  const folder = await topologyFolder(files);
  const [file = '', ...overlays] = names.map((name) => join(folder, name));
  return readTopology({ file, overlays });
}

/** Findings with the names of files alone. */
async function lint(files: Readonly<Record<string, string>>, ...names: readonly string[]) {
  const folder = await topologyFolder(files);
  const [file = '', ...overlays] = names.map((name) => join(folder, name));
  return (await checkTopology({ file, overlays })).map(({ text }) => text.replaceAll(`${folder}/`, ''));
}

describe('files laid over each other', () => {
  it('merges mappings, and replaces scalars and lists', async () => {
    const prod = lines(
      'defaults: { partitions: 6 }',
      'stages: { small: { from: [frames, more], replicas: 3 } }',
      'topics: { more: {} }',
    );

    const { plan } = await read({ 'topology.yaml': BASE, 'prod.yaml': prod }, 'topology.yaml', 'prod.yaml');

    expect(plan.stages[0]).toMatchObject({ from: ['frames', 'more'], replicas: 3, options: { width: 160 } });
    expect(plan.stages[0]?.onError.retries).toBe(5);
    expect(plan.topics.find(({ name }) => name === 'small')?.partitions).toBe(6);
  });

  it('takes a key away that has no value above, and tells where there is none to take away', async () => {
    const files = { 'topology.yaml': BASE, 'prod.yaml': 'taps: { seen: }\n', 'odd.yaml': 'taps:\n  sene:\n' };

    expect((await read(files, 'topology.yaml', 'prod.yaml')).plan.taps).toEqual([]);
    expect(await lint(files, 'topology.yaml', 'odd.yaml')).toEqual([
      'odd.yaml:2:3 TOPOLOGY_NOTHING_TO_REMOVE "taps.sene" is empty, which takes away what stands beneath, but nothing does; did you mean "seen"?',
    ]);
  });

  it('takes options away with the type they belonged to', async () => {
    const prod = 'sources: { camera: { type: stdin, with: { format: json } } }\n';

    const { plan } = await read({ 'topology.yaml': BASE, 'prod.yaml': prod }, 'topology.yaml', 'prod.yaml');

    expect(plan.sources[0]).toMatchObject({ type: 'stdin', to: 'frames' });
    expect(plan.sources[0]?.options).not.toHaveProperty('fps');
  });

  it('names the file in which a fault stands', async () => {
    const files = {
      'topology.yaml': BASE.replace('width: 160', 'width: 160, fti: inside'),
      'prod.yaml': lines('stages:', '  small:', '    replicas: 0', '  seen: { from: small, process: annotate, to: x }'),
    };

    expect(await lint(files, 'topology.yaml', 'prod.yaml')).toEqual([
      'prod.yaml:3:15 TOPOLOGY_INVALID_VALUE stage "small": replicas is 0; it must be at least 1',
      'topology.yaml:6:74 TOPOLOGY_UNKNOWN_OPTION stage "small": processor "resize" has no option "fti"; did you mean "fit"?',
      'topology.yaml:8:3 TOPOLOGY_NAME_TAKEN tap "seen" has the name of stage "seen" at prod.yaml:4, so both would share one dead letter topic; rename one of them',
    ]);
  });

  it('lays the later over the earlier, and --set over all', async () => {
    const folder = await topologyFolder({
      't.yaml': BASE,
      'a.yaml': 'stages: { small: { replicas: 2, concurrency: 2 } }\n',
      'b.yaml': 'stages: { small: { replicas: 3, concurrency: 3 } }\n',
    });

    const overlays = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    const { plan, files } = await readTopology({
      file: join(folder, 't.yaml'),
      overlays,
      set: ['stages.small.replicas=4'],
    });

    expect(plan.stages[0]).toMatchObject({ replicas: 4, concurrency: 3 });
    expect(plan.file).toBe(join(folder, 't.yaml'));
    expect(files).toEqual([join(folder, 't.yaml'), ...overlays]);
  });
});

describe('extends', () => {
  it('lays a file over the fragments it names, from its own folder, each over those before it', async () => {
    const files = {
      'shared/defaults.yaml': 'defaults: { partitions: 7, timeout: 5s }\n',
      'shared/team.yaml': 'extends: defaults.yaml\ndefaults: { partitions: 8 }\n',
      'shared/taps.yaml': 'taps: { seen: { on: small, sink: console, rate: 1 } }\n',
      'app/topology.yaml': lines('extends: [../shared/team.yaml, ../shared/taps.yaml]', BASE),
    };

    const { plan, files: all } = await read(files, 'app/topology.yaml');

    expect(plan.topics.find(({ name }) => name === 'small')?.partitions).toBe(2);
    expect(plan.stages[0]?.timeoutMs).toBe(5000);
    expect(plan.taps[0]?.rate).toBe(1);
    expect(all).toHaveLength(4);
  });

  it('lays what an overlay extends over the file beneath', async () => {
    const files = {
      't.yaml': BASE,
      'prod.yaml': 'extends: large.yaml\nstages: { small: { concurrency: 2 } }\n',
      'large.yaml': 'stages: { small: { replicas: 9, concurrency: 9 } }\n',
    };

    expect((await read(files, 't.yaml', 'prod.yaml')).plan.stages[0]).toMatchObject({ replicas: 9, concurrency: 2 });
  });

  it('names fragment, line and column of a fault in it', async () => {
    const files = { 't.yaml': `extends: shared.yaml\n${BASE}`, 'shared.yaml': 'defaults:\n  timeout: 5 s\n' };

    expect(await lint(files, 't.yaml')).toEqual([
      'shared.yaml:2:12 TOPOLOGY_INVALID_VALUE the topology: defaults.timeout is "5 s"; it must be a duration such as 100ms, 10s, 10m, 2h or 14d',
    ]);
  });

  it('tells of files that are not there, of circles, and of what is no path', async () => {
    const files = {
      'gone.yaml': `extends: [shraed.yaml]\n${BASE}`,
      'shared.yaml': 'defaults: { partitions: 1 }\n',
      'a.yaml': `extends: b.yaml\n${BASE}`,
      'b.yaml': 'x-mine: 1\nextends: ./a.yaml\n',
      'odd.yaml': `extends: { file: shared.yaml }\n${BASE}`,
    };

    expect(await lint(files, 'gone.yaml')).toEqual([
      'gone.yaml:1:11 TOPOLOGY_EXTENDS there is no file shraed.yaml; did you mean "shared.yaml"?',
    ]);
    expect(await lint(files, 'a.yaml')).toEqual([
      'b.yaml:2:10 TOPOLOGY_EXTENDS a.yaml extends b.yaml extends a.yaml, which is a circle; take one of them out',
    ]);
    expect(await lint(files, 'odd.yaml')).toEqual([
      'odd.yaml:1:10 TOPOLOGY_INVALID_VALUE the topology: extends is a mapping; it must be text or a list',
    ]);
  });
});

describe('anchors and merge keys', () => {
  it('tells faults of a merged value where it is written', async () => {
    const shared = lines(
      'x-steady: &steady { timeout: 9, replicas: 2 }',
      BASE.replace('process: resize,', 'process: resize, <<: *steady,'),
    );

    expect(await lint({ 't.yaml': shared }, 't.yaml')).toEqual([
      't.yaml:1:30 TOPOLOGY_INVALID_VALUE stage "small": timeout is 9; it must be a duration such as 100ms, 10s, 10m, 2h or 14d',
    ]);
  });

  it('merges what an overlay says over what an anchor said', async () => {
    const base = lines(
      'x-steady: &steady { timeout: 9s, replicas: 2 }',
      BASE.replace('process: resize,', 'process: resize, <<: *steady,'),
    );
    const prod = 'stages: { small: { replicas: 4 } }\n';

    const { plan } = await read({ 't.yaml': base, 'prod.yaml': prod }, 't.yaml', 'prod.yaml');

    expect(plan.stages[0]).toMatchObject({ timeoutMs: 9000, replicas: 4 });
  });
});

import { describe, expect, it } from 'vitest';
import { plainValue } from '../../pipeline/topology/located.ts';
import { applyOverrides } from '../../pipeline/topology/overrides.ts';
import { parseTopology } from '../../pipeline/topology/parse.ts';

const FILE = `
name: street
x-shared: &shared { retries: 1 }
topics: { frames.annotated: { partitions: 2 } }
sources: { camera: { type: synthetic, to: frames, with: { fps: 10 } } }
stages:
  detect: { from: frames, process: detect, maxAge: 500ms, onError: *shared }
  draw: { from: frames, process: draw, onError: { <<: *shared, then: fail } }
`;

function apply(...texts: readonly string[]) {
  const { root, findings } = applyOverrides(
    parseTopology(FILE, 't.yaml'),
    texts.map((text) => ({ text })),
  );
  return { value: plainValue(root), findings: findings.map(({ text }) => text) };
}

describe('--set', () => {
  it('sets values as YAML reads them', () => {
    const { value, findings } = apply(
      'stages.detect.replicas=2',
      'stages.detect.delivery=every',
      'stages.detect.from=[frames, others]',
      'sources.camera.with.path="a: b.mp4"',
      'sources.camera.with.loop=true',
    );

    expect(findings).toEqual([]);
    expect(value).toMatchObject({
      stages: { detect: { replicas: 2, delivery: 'every', from: ['frames', 'others'] } },
      sources: { camera: { with: { fps: 10, path: 'a: b.mp4', loop: true } } },
    });
  });

  it('takes text that YAML would cut or split as it stands', () => {
    const { value } = apply(
      'sources.camera.with.a=street #3',
      'sources.camera.with.b=a: b',
      'sources.camera.with.c=[x',
    );

    expect(value).toMatchObject({ sources: { camera: { with: { a: 'street #3', b: 'a: b', c: '[x' } } } });
  });

  it('keeps equal signs of the value', () => {
    const { value } = apply("taps={ log: { where: 'a=b' } }", 'sources.camera.with.where=a=b');

    expect(value).toMatchObject({ taps: { log: { where: 'a=b' } }, sources: { camera: { with: { where: 'a=b' } } } });
  });

  it('knows that topic names have dots', () => {
    const { value, findings } = apply('topics.frames.annotated.partitions=4', 'topics.frames.raw.retention=1h');

    expect(findings).toEqual([]);
    expect(value).toMatchObject({
      topics: { 'frames.annotated': { partitions: 4 }, 'frames.raw': { retention: '1h' } },
    });
  });

  it('takes a key away when the value is empty', () => {
    const { value } = apply('stages.detect.maxAge=', 'stages.draw=null');

    expect(value).toHaveProperty('stages', { detect: { from: 'frames', process: 'detect', onError: { retries: 1 } } });
  });

  it('changes one user of an anchor and not the others', () => {
    const { value } = apply('stages.detect.onError.retries=7');

    expect(value).toMatchObject({
      stages: { detect: { onError: { retries: 7 } }, draw: { onError: { retries: 1, then: 'fail' } } },
    });
  });

  it('drops the options of the old type when another type is set, in whatever order', () => {
    const { value } = apply('sources.camera.with.path=a.mp4', 'sources.camera.type=video');

    expect(value).toMatchObject({ sources: { camera: { type: 'video', with: { path: 'a.mp4' } } } });
    expect(value).not.toHaveProperty('sources.camera.with.fps');
  });

  it('keeps the options when the same type is set again', () => {
    expect(apply('sources.camera.type=synthetic').value).toHaveProperty('sources.camera.with.fps', 10);
  });

  it('adds a whole part', () => {
    expect(apply('taps.log={ on: frames, sink: console }').value).toHaveProperty('taps.log.sink', 'console');
  });

  it.each([
    [
      'stages.detct.replicas=2',
      '--set stages.detct.replicas TOPOLOGY_BAD_OVERRIDE there is no "detct" under stages; did you mean "detect"?',
    ],
    [
      'taps.viewer.with.port=1',
      '--set taps.viewer.with.port TOPOLOGY_BAD_OVERRIDE there is no "viewer" under taps; the file has none there',
    ],
    ['name.first=x', '--set name.first TOPOLOGY_BAD_OVERRIDE "name" has no keys of its own; set it as a whole'],
    [
      'replicas',
      '--set replicas TOPOLOGY_BAD_OVERRIDE this is no key=value; write for instance --set stages.detect.replicas=2',
    ],
    [
      'stages..x=1',
      '--set stages..x TOPOLOGY_BAD_OVERRIDE this is no key=value; write for instance --set stages.detect.replicas=2',
    ],
  ])('refuses %s', (text, finding) => {
    expect(apply(text).findings).toEqual([finding]);
  });

  it('never changes what was parsed', () => {
    const parsed = parseTopology(FILE, 't.yaml');
    const before = JSON.stringify(plainValue(parsed.root));

    applyOverrides(parsed, [{ text: 'stages.detect.onError.retries=7' }]);

    expect(JSON.stringify(plainValue(parsed.root))).toBe(before);
  });
});

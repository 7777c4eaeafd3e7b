import { describe, expect, it } from 'vitest';
import type { Bbox, DetectedObject, FrameMeta, OutputRecord } from '../../../pipeline/index.ts';
import track from '../../../processors/track/index.ts';
import { frameMeta } from '../frame-records.ts';
import { randomOf } from '../motion/drawn-scene.ts';
import { statefulRun, type Given, type StatefulRun } from '../stateful-run.ts';

const FPS = 10;
const RUNS = 150;
const START_US = 1_795_224_600_000_000;

interface Walker {
  readonly label?: string;
  readonly from: readonly [x: number, y: number];
  /** Pixels a second. */
  readonly velocity: readonly [x: number, y: number];
  readonly size?: readonly [width: number, height: number];
}

/** What a detector sees of walkers at a frame: who of them (by number), and where. */
interface Seen {
  readonly who: number;
  readonly label: string;
  readonly bbox: Bbox;
}

function frameOf(seen: readonly Seen[], seq: number, parts: Partial<FrameMeta['frame']> = {}): Given {
  const objects = seen.map(({ label, bbox }, index): DetectedObject => {
    const nobody = { id: String(index), trackId: null, model: 'm', labelId: 1, score: 0.9, attributes: [], zones: [] };
    return { ...nobody, label, bbox };
  });
  const captureTimeUs = START_US + (seq * 1_000_000) / FPS;
  const frame = { kind: 'live' as const, width: 640, height: 360, captureTimeUs, seq, sourceId: 'cam1', ...parts };
  return { atMs: frame.captureTimeUs / 1000, headers: { 'frame-meta': JSON.stringify(frameMeta({ objects }, frame)) } };
}

function objectsOf(output: OutputRecord | undefined): readonly DetectedObject[] {
  return (JSON.parse(output?.headers?.['frame-meta'] as string) as FrameMeta).objects ?? [];
}

function placeAt({ label = 'person', from, velocity, size = [40, 90] }: Walker, seq: number): Omit<Seen, 'who'> {
  const seconds = seq / FPS;
  return { label, bbox: [from[0] + velocity[0] * seconds, from[1] + velocity[1] * seconds, ...size] };
}

/** The tracks each walker had, one after the other, without repeats; and on how many of its frames it had any. */
async function tracksOf(run: StatefulRun, frames: readonly (readonly Seen[])[]) {
  const had = new Map<number, string[]>();
  let tracked = 0;
  let sightings = 0;
  for (const [seq, seen] of frames.entries()) {
    const [output] = await run.pipe(frameOf(seen, seq));
    for (const [index, { trackId }] of objectsOf(output).entries()) {
      sightings++;
      if (trackId === null) continue;
      tracked++;
      const ids = had.get(seen[index]!.who) ?? [];
      if (ids.at(-1) !== trackId) had.set(seen[index]!.who, [...ids, trackId]);
    }
  }
  return { had, share: tracked / sightings, switches: [...had.values()].reduce((sum, ids) => sum + ids.length - 1, 0) };
}

const sceneOf = (walkers: readonly Walker[], frames: number): readonly (readonly Seen[])[] =>
  Array.from({ length: frames }, (_, seq) => walkers.map((walker, who) => ({ who, ...placeAt(walker, seq) })));

const crossing: readonly Walker[] = [
  { from: [100, 100], velocity: [60, 2] },
  { from: [460, 110], velocity: [-60, 0] },
];

describe('track', () => {
  it('gives a trackId on the third sighting, and keeps it, with age and velocity', async () => {
    const run = await statefulRun(track, {});
    const outputs = await run.pipe(...sceneOf([crossing[0]!], 12).map((seen, seq) => frameOf(seen, seq)));

    expect(outputs.slice(0, 4).map((output) => objectsOf(output)[0]?.trackId)).toEqual([null, null, '1', '1']);
    const { track: told } = objectsOf(outputs[11])[0]!;
    expect(told?.ageMs).toBe(1100);
    expect(told?.velocity[0]).toBeCloseTo(60, 0);
    expect(told?.velocity[1]).toBeCloseTo(2, 0);
  });

  it('keeps apart who cross, also when one hides the other for a while', async () => {
    const hidden = sceneOf(crossing, 60).map((seen, seq) => (seq >= 27 && seq <= 32 ? seen.slice(0, 1) : seen));

    for (const frames of [sceneOf(crossing, 60), hidden]) {
      const { had } = await tracksOf(await statefulRun(track, {}), frames);
      expect([...had.values()]).toEqual([['1'], ['2']]);
    }
  });

  it('loses few of those who walk as they like, though boxes tremble and one of six is missed', async () => {
    let [walkers, switches, shares] = [0, 0, 0];
    for (let seed = 1; seed <= RUNS; seed++) {
      const chance = randomOf(Math.imul(seed, 2_654_435_761));
      const frames = sceneOf(walkersOf(chance), 60).map((seen) =>
        seen.filter(() => chance() > 1 / 6).map((one) => ({ ...one, bbox: trembling(one.bbox, chance) })),
      );
      const { had, switches: changes, share } = await tracksOf(await statefulRun(track, {}), frames);
      walkers += had.size;
      switches += changes;
      shares += share / RUNS;
    }

    const perWalker = switches / walkers;
    process.stdout.write(
      `track: ${walkers} walkers in ${RUNS} scenes of 6 s, ${switches} changes of id (${perWalker.toFixed(3)} each), ` +
        `${(100 * shares).toFixed(1)} % of sightings with an id\n`,
    );
    expect(perWalker).toBeLessThan(0.06);
    expect(shares).toBeGreaterThan(0.9);
  });

  it('gives who comes back after maxAge another number, and never the same to two on one frame', async () => {
    const away = sceneOf(crossing, 90).map((seen, seq) => (seq >= 20 && seq <= 45 ? [] : seen));
    const run = await statefulRun(track, { maxAge: '2s' });

    const { had } = await tracksOf(run, away);

    expect([...had.values()]).toEqual([
      ['1', '3'],
      ['2', '4'],
    ]);
  });

  it('goes on with its numbers when its task begins anew', async () => {
    const frames = sceneOf(crossing, 40).map((seen, seq) => frameOf(seen, seq));
    const whole = await statefulRun(track, {});
    const broken = await statefulRun(track, {});

    const expected = await whole.pipe(...frames);
    const before = await broken.pipe(...frames.slice(0, 20));
    await broken.restart();
    const after = await broken.pipe(...frames.slice(20));

    expect([...before, ...after].map(objectsOf)).toEqual(expected.map(objectsOf));
  });

  it('gives a frame that comes again the tracks there are, and changes none', async () => {
    const frames = sceneOf(crossing, 20).map((seen, seq) => frameOf(seen, seq));
    const run = await statefulRun(track, {});
    await run.pipe(...frames);

    const [again] = await run.pipe(frames[15]!);
    const [next] = await run.pipe(frameOf(sceneOf(crossing, 21)[20]!, 20));

    expect(objectsOf(again).map(({ trackId }) => trackId)).toEqual(['1', '2']);
    expect(objectsOf(next).map((object) => object.track?.ageMs)).toEqual([2000, 2000]);
  });

  it('keeps sources and labels apart, and passes over labels it is not to track', async () => {
    const run = await statefulRun(track, { minHits: 1, labels: ['person', 'dog'] });
    const same: Omit<Seen, 'who'> = { label: 'person', bbox: [10, 10, 40, 90] };
    const scene = ['person', 'dog', 'car'].map((label, who) => ({ ...same, who, label }));

    const outputs = await run.pipe(frameOf(scene, 0), frameOf(scene, 0, { sourceId: 'cam2' }), frameOf(scene, 1));

    expect(outputs.map((output) => objectsOf(output).map(({ trackId }) => trackId))).toEqual(
      Array(3).fill(['1', '2', null]),
    );
  });

  it('begins anew, with new numbers, when a film does', async () => {
    const film = sceneOf([crossing[0]!], 6).map((seen, seq) =>
      frameOf(seen, seq, { kind: 'file', ptsUs: seq * 100_000 }),
    );
    const again = sceneOf([crossing[0]!], 6).map((seen, seq) =>
      frameOf(seen, seq + 6, { kind: 'file', ptsUs: seq * 100_000 }),
    );
    const run = await statefulRun(track, {});

    const outputs = await run.pipe(...film, ...again);

    expect(outputs.map((output) => objectsOf(output)[0]?.trackId)).toEqual([
      ...[null, null, '1', '1', '1', '1'],
      ...[null, null, '2', '2', '2', '2'],
    ]);
  });
});

/** Two to four people who start anywhere and walk anywhere. */
function walkersOf(chance: () => number): readonly Walker[] {
  return Array.from({ length: 2 + Math.floor(chance() * 3) }, () => ({
    from: [600 * chance(), 270 * chance()],
    velocity: [140 * (chance() - 0.5), 40 * (chance() - 0.5)],
  }));
}

function trembling([x, y, width, height]: Bbox, chance: () => number): Bbox {
  const by = (size: number): number => (chance() - 0.5) * 0.1 * size;
  return [x + by(width), y + by(height), width + by(width), height + by(height)];
}

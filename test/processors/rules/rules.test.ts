import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DetectedObject, FrameMeta, OutputRecord } from '../../../pipeline/index.ts';
import rules from '../../../processors/rules/index.ts';
import { frameMeta } from '../frame-records.ts';
import { statefulRun, type Given } from '../stateful-run.ts';

/** Half past ten on a Friday evening in Berlin. */
const START_MS = Date.parse('2026-11-20T21:30:00Z');
const FPS = 5;
const WIDTH = 64;
const HEIGHT = 36;

const person = { label: 'person', score: 0.8, bbox: [20, 10, 10, 20] };
type Found = Partial<Pick<DetectedObject, 'label' | 'score' | 'trackId' | 'zones'>> & {
  readonly bbox?: readonly number[];
};

const intruder = { label: 'person', minScore: 0.6, zone: 'yard', for: '2s', schedule: { from: '22:00', to: '06:00' } };
const options = {
  zones: {
    yard: [
      [0, 0.5],
      [1, 1],
    ],
  },
  timeZone: 'Europe/Berlin',
  rules: { intruder: { ...intruder, patience: '1s', coolDown: '5s', update: '3s' } },
};

/** A frame, numbered from 0, five a second. */
function frameOf(seq: number, found: readonly Found[], startMs = START_MS): Given {
  const objects = found.map((one, index) => {
    const base = { id: String(index), trackId: '1', model: 'm', labelId: 1, attributes: [], zones: [] };
    return { ...base, ...person, ...one } as unknown as DetectedObject;
  });
  const captureTimeUs = (startMs + (seq * 1000) / FPS) * 1000;
  const frame = { id: `cam1-${seq}`, seq, kind: 'live' as const, width: WIDTH, height: HEIGHT, captureTimeUs };
  return {
    atMs: captureTimeUs / 1000,
    value: `picture ${seq}`,
    headers: { 'content-type': 'image/jpeg', 'frame-meta': JSON.stringify(frameMeta({ objects }, frame)) },
  };
}

/** Frames `from` up to `to`, each with the same in it. */
function frames(from: number, to: number, found: readonly Found[] = []): readonly Given[] {
  return Array.from({ length: to - from }, (_, index) => frameOf(from + index, found));
}

interface Told {
  readonly id: string;
  readonly state: string;
  readonly durationMs: number;
  readonly best: { readonly frameId: string };
}

function told(outputs: readonly OutputRecord[]): readonly Told[] {
  return outputs.filter(({ to }) => to === undefined).map(({ value }) => JSON.parse(String(value)) as Told);
}

async function alerts(given: readonly Given[], changed: object = {}): Promise<readonly (readonly [string, string])[]> {
  const run = await statefulRun(rules, { ...options, ...changed });
  return told(await run.pipe(...given)).map(({ state, id }) => [state, id]);
}

const visit = [...frames(0, 5), ...frames(5, 40, [{}]), ...frames(40, 60)];

describe('rules', () => {
  it('tells when a person has been in a zone for two seconds at night, again while it lasts, and when it ends', async () => {
    const run = await statefulRun(rules, options);
    const outputs = await run.pipe(...visit);

    const best = { frameId: 'cam1-5', time: '2026-11-20T21:30:01.000Z', ...person, trackId: '1' };
    const known = { version: '1', id: 'cam1-15/intruder', rule: 'intruder', sourceId: 'cam1', zone: 'yard' };
    const since = '2026-11-20T21:30:01.000Z';
    const about = { ...known, since, labels: ['person'], trackIds: ['1'], best };
    expect(told(outputs)).toEqual([
      { ...about, state: 'start', time: '2026-11-20T21:30:03.000Z', durationMs: 2000, frames: 1 },
      { ...about, state: 'update', time: '2026-11-20T21:30:06.000Z', durationMs: 5000, frames: 16 },
      {
        ...about,
        state: 'end',
        time: '2026-11-20T21:30:09.000Z',
        until: '2026-11-20T21:30:07.800Z',
        durationMs: 6800,
        frames: 25,
      },
    ]);
    expect(outputs[0]?.headers).toEqual({
      'content-type': 'application/json',
      'frame-meta': undefined,
      ce_type: 'dev.tapline.alert.v1',
    });
  });

  it.each([
    ['who is there too short', frames(0, 10, [{}])],
    ['who has too low a score', frames(0, 30, [{ score: 0.5 }])],
    ['what has another label', frames(0, 30, [{ label: 'dog' }])],
    ['who stands outside of the zone', frames(0, 30, [{ bbox: [20, 0, 10, 17] }])],
    ['who comes by day', frames(0, 30).map((_, seq) => frameOf(seq, [{}], Date.parse('2026-11-20T12:00:00Z')))],
    ['who come one after the other', [...frames(0, 8, [{}]), ...frames(8, 16, [{ trackId: '2' }])]],
    ['frames nobody has looked at', frames(0, 30, [{}]).map(withoutObjects)],
  ])('tells nothing of %s', async (_, given) => {
    expect(await alerts(given)).toEqual([]);
  });

  it('bears with who is out of sight for less than the patience, before an alert and during it', async () => {
    const gaps = visit.map((given, seq) => (seq % 5 < 3 ? given : frameOf(seq, [])));

    expect((await alerts(gaps)).map(([state]) => state)).toEqual(['start', 'update', 'end']);
  });

  it('starts no other alert until it has cooled down, and then one for who is still there', async () => {
    const soon = [...visit, ...frames(60, 70, [{}]), ...frames(70, 80), ...frames(80, 100, [{}])];

    expect(await alerts(soon)).toEqual([
      ['start', 'cam1-15/intruder'],
      ['update', 'cam1-15/intruder'],
      ['end', 'cam1-15/intruder'],
      ['start', 'cam1-90/intruder'],
    ]);
  });

  it('neither repeats nor loses an alert when its task begins anew at any frame', async () => {
    const expected = told(await (await statefulRun(rules, options)).pipe(...visit));
    for (const at of [3, 7, 15, 16, 25, 42, 46]) {
      const run = await statefulRun(rules, options);
      const before = await run.pipe(...visit.slice(0, at));
      await run.restart();
      const after = await run.pipe(...visit.slice(at));

      expect(told([...before, ...after])).toEqual(expected);
    }
  });

  it('passes over a frame that comes again', async () => {
    const twice = visit.flatMap((given) => [given, given]);

    expect(await alerts(twice)).toEqual(await alerts(visit));
  });

  it('ends an alert when its film begins anew', async () => {
    const film = frames(0, 40, [{}]).map((given, seq) => played(given, seq % 20));

    expect((await alerts(film)).map(([state, id]) => `${state} ${id}`)).toEqual([
      'start cam1-10/intruder',
      'end cam1-10/intruder',
      'start cam1-30/intruder',
    ]);
  });

  it('reads the zones objects have where it has none of its own', async () => {
    const given = [...frames(0, 15, [{ zones: ['gate'] }]), ...frames(15, 30, [{ zones: ['yard'] }])];

    expect(await alerts(given, { zones: undefined })).toEqual([['start', 'cam1-25/intruder']]);
  });

  it('writes the best picture when an alert starts, and a better one when it ends', async () => {
    const run = await statefulRun(rules, { ...options, pictures: true });
    const given = visit.map((one, seq) => {
      if (seq === 8) return frameOf(seq, [{ score: 0.9 }]);
      return seq === 30 ? frameOf(seq, [{ score: 0.95 }]) : one;
    });

    const outputs = await run.pipe(...given.slice(0, 20));
    await run.restart();
    const pictures = [...outputs, ...(await run.pipe(...given.slice(20)))].filter(({ to }) => to === 'pictures');

    expect(pictures.map(({ value }) => String(value))).toEqual(['"picture 8"', '"picture 30"']);
    expect(pictures[1]?.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'alert-id': 'cam1-15/intruder',
      ce_subject: 'cam1-30',
      ce_time: '2026-11-20T21:30:06.000Z',
    });
    const meta = JSON.parse(pictures[1]?.headers?.['frame-meta'] as string) as FrameMeta;
    expect([meta.frame.id, meta.objects?.[0]?.score]).toEqual(['cam1-30', 0.95]);
  });

  it('puts the best picture so far into every alert, also after a restart', async () => {
    const run = await statefulRun(rules, { ...options, pictures: 'inside' });
    const given = visit.map((one, seq) => (seq === 18 ? frameOf(seq, [{ score: 0.9 }]) : one));

    const outputs = await run.pipe(...given.slice(0, 20));
    await run.restart();
    const all = [...outputs, ...(await run.pipe(...given.slice(20)))].map(
      ({ value }) => JSON.parse(String(value)) as Told & { picture: { contentType: string; data: string } },
    );

    const shown = all.map(({ state, picture: { contentType, data } }) => [
      state,
      contentType,
      Buffer.from(data, 'base64').toString(),
    ]);
    expect(shown).toEqual([
      ['start', 'image/jpeg', '"picture 5"'],
      ['update', 'image/jpeg', '"picture 18"'],
      ['end', 'image/jpeg', '"picture 18"'],
    ]);
  });

  it('makes a JPEG of raw pixels, and remembers no picture of who went again', async () => {
    const run = await statefulRun(rules, { ...options, pictures: true });
    const raw = `image/x-raw;format=rgb24;width=${WIDTH};height=${HEIGHT}`;
    const asRaw = (given: Given): Given => ({
      ...given,
      bytes: Buffer.alloc(WIDTH * HEIGHT * 3, 90),
      headers: { ...given.headers, 'content-type': raw },
    });

    const outputs = await run.pipe(...frames(0, 12, [{}]).map(asRaw));
    const picture = outputs.find(({ to }) => to === 'pictures');
    expect(await sharp(picture?.value as Buffer).metadata()).toMatchObject({ format: 'jpeg', width: WIDTH });

    const sizeWithPicture = run.size();
    await run.pipe(...frames(12, 30), ...frames(30, 32, [{}]), ...frames(32, 40));
    expect(run.size()).toBe(sizeWithPicture - 1);
  });

  it('refuses a zone that is none, and a time zone and hours nobody has', () => {
    const faults = (changed: object): readonly string[] =>
      rules.options.safeParse({ ...options, ...changed }).error?.issues.map(({ message }) => message) ?? [];

    expect(faults({ rules: { a: { zone: 'gate' } } })).toEqual(['must be one of the zones: yard']);
    expect(faults({ timeZone: 'Berlin' })).toEqual(['must be a time zone such as Europe/Berlin or UTC, not Berlin']);
    expect(faults({ rules: { a: { schedule: { from: '25:00' } } } })).toEqual(['must be a time of day such as 22:00']);
    expect(faults({ rules: {} })).toEqual(['must have a rule at least']);
  });
});

function changedMeta(given: Given, change: (meta: FrameMeta) => object): Given {
  const meta = JSON.parse(given.headers?.['frame-meta'] as string) as FrameMeta;
  return { ...given, headers: { ...given.headers, 'frame-meta': JSON.stringify(change(meta)) } };
}

function withoutObjects(given: Given): Given {
  return changedMeta(given, ({ version, frame, stages }) => ({ version, frame, stages }));
}

function played(given: Given, place: number): Given {
  const ptsUs = (place * 1_000_000) / FPS;
  return changedMeta(given, (meta) => ({ ...meta, frame: { ...meta.frame, kind: 'file', ptsUs } }));
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { readFrameMeta } from '../../../pipeline/frame/frame.ts';
import { headerText } from '../../../pipeline/ports/record.ts';
import { iou } from '../../processors/motion/score-boxes.ts';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { copyExample, runExample } from './run-example.ts';

const bootstrap = inject('bootstrap');

interface Alert {
  readonly id: string;
  readonly rule: string;
  readonly state: string;
  readonly durationMs: number;
  readonly best: { readonly label: string };
}

test('security-camera: a sign carried through the gate is one alert, with a start, an end and a picture of the sign', async () => {
  const example = await copyExample('security-camera');
  await everyFrame(example.file);
  const settings = ['pace=fast', 'frames=150'].flatMap((one) => ['--set', `sources.camera.with.${one}`]);

  const ports = ['viewer', 'page'].flatMap((tap) => ['--set', `taps.${tap}.with.port=0`]);
  const run = await runExample(example, ...settings, ...ports);
  const page = /http:\S+/.exec(await run.line(/^page http:/))![0];
  await run.line(/^say .* visitor start /);
  await run.line(/^say .* visitor end /);
  const files = async () => (await readdir(join(example.directory, 'alerts'))).sort();
  await until(async () => (await files()).some((name) => name.endsWith('.jpg')), { what: 'a picture in the album' });
  await until(async () => (await visitsOver(page)).length > 0, { what: 'an alert that is over on the page' });
  const pictureShown = await fetch(new URL((await visitsOver(page))[0]!.picture, page));
  expect(pictureShown.headers.get('content-type')).toBe('image/jpeg');
  expect(await run.stop()).toBe(0);

  const alerts = (await readAll(bootstrap, example.topic('alerts'))).map(
    ({ value }) => JSON.parse(String(value)) as Alert,
  );
  const visits = alerts.filter(({ rule }) => rule === 'visitor');
  const states = visits.filter(({ id }) => id === visits[0]?.id).map(({ state }) => state);
  expect([states[0], states.at(-1)]).toEqual(['start', 'end']);
  expect(new Set(states.slice(1, -1))).toEqual(new Set(states.length > 2 ? ['update'] : []));
  expect(visits[0]).toMatchObject({ best: { label: 'stop sign' } });

  const pictures = await readAll(bootstrap, example.topic('alerts.pictures'));
  const picture = pictures.find(({ headers }) => headerText(headers, 'alert-id') === visits[0]?.id);
  expect(picture?.value?.toString('hex', 0, 3)).toBe('ffd8ff');
  const { truth, objects } = readFrameMeta(picture!.headers);
  const sign = objects?.find(({ label }) => label === 'stop sign');
  expect(iou(sign!.bbox, truth!.objects[0]!.bbox)).toBeGreaterThan(0.7);
  expect(await files()).toEqual(expect.arrayContaining([expect.stringMatching(/alerts-\d+\.jsonl$/)]));
});

interface Shown {
  readonly name: string;
  readonly state: string;
  readonly picture: string;
}

async function visitsOver(page: string): Promise<readonly Shown[]> {
  const { alerts } = (await (await fetch(new URL('/alerts.json', page))).json()) as { alerts: Shown[] };
  return alerts.filter(({ name, state }) => name === 'visitor' && state === 'end');
}

/** A slow machine would leave out frames, as it should before a live camera, and each run would tell something else. */
async function everyFrame(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = text.replaceAll(/\n\s+delivery: latest\n\s+maxAge: 1s/g, '');
  expect(changed).not.toContain('latest');
  await writeFile(file, changed);
}

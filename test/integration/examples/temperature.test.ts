import { expect, inject, test } from 'vitest';
import { readAll } from '../read-records.ts';
import { copyExample, runExample } from './run-example.ts';

const bootstrap = inject('bootstrap');
const GAP_MS = 15_000;
const GRACE_MS = 5_000;

interface Reading {
  readonly key: string;
  readonly value: number;
  readonly timeMs: number;
}

interface Windowed {
  readonly key: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly readings: number;
}

/** Runs of readings of a sensor without a pause. */
function sessionsOf(readings: readonly Reading[]): readonly (readonly Reading[])[] {
  const sessions: Reading[][] = [];
  for (const reading of readings.toSorted((a, b) => a.timeMs - b.timeMs)) {
    const latest = sessions.at(-1);
    if (latest && reading.timeMs - latest.at(-1)!.timeMs <= GAP_MS) latest.push(reading);
    else sessions.push([reading]);
  }
  return sessions;
}

test('temperature: averages and silences are what the readings say, and each alarm follows from the one before', async () => {
  const example = await copyExample('temperature');
  const read = async <Value>(topic: string): Promise<readonly Value[]> =>
    (await readAll(bootstrap, example.topic(topic))).map(({ value }) => JSON.parse(String(value)) as Value);

  const settings = ['sources.sensors.with.pace=fast', 'sources.sensors.with.records=4800', 'taps.page.with.port=0'];
  const set = settings.flatMap((one) => ['--set', one]);
  const run = await runExample(example, '--until-done', ...set);
  expect(await run.ended).toBe(0);

  const readings = (await read<{ sensorID: string; value: number; timestamp: string }>('readings')).map(
    ({ sensorID, value, timestamp }) => ({ key: sensorID, value, timeMs: Date.parse(timestamp) }),
  );
  const streamTimeMs = Math.max(...readings.map(({ timeMs }) => timeMs));
  const ofSensor = [1, 2, 3, 4].map((number) => readings.filter(({ key }) => key === `sensor-${number}`));
  expect(ofSensor.flat()).toHaveLength(readings.length);
  expect(readings.length).toBeGreaterThan(3000);

  const sessions = ofSensor
    .flatMap(sessionsOf)
    .filter((session) => session.at(-1)!.timeMs + GAP_MS + GRACE_MS < streamTimeMs)
    .map((session) => `${session[0]!.key} ${session.length} until ${new Date(session.at(-1)!.timeMs).toISOString()}`);
  const silences = await read<Windowed>('silent');
  expect(silences.map((one) => `${one.key} ${one.readings} until ${one.window.end}`).toSorted()).toEqual(
    sessions.toSorted(),
  );
  expect(sessions.length).toBeGreaterThan(8);

  const averages = await read<Windowed & { readonly mean: number }>('averages');
  for (const { key, window, readings: count, mean } of averages) {
    const inside = readings.filter(
      (one) => one.key === key && one.timeMs >= Date.parse(window.start) && one.timeMs < Date.parse(window.end),
    );
    expect(inside).toHaveLength(count);
    expect(mean).toBeCloseTo(inside.reduce((sum, { value }) => sum + value, 0) / count, 9);
  }
  expect(averages.length).toBeGreaterThan(400);

  const alarms = await read<{ key: string; state: string; was: string }>('alarms');
  const states = new Map<string, string>();
  for (const { key, state, was } of alarms) {
    expect(was).toBe(states.get(key) ?? 'normal');
    expect(state).not.toBe(was);
    states.set(key, state);
  }
  expect(new Set(alarms.map(({ state }) => state))).toEqual(new Set(['high', 'normal', 'low']));
});

import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import sensors from '../../pipeline/sources/sensors.ts';
import { runSource, take } from './source-harness.ts';

interface Payload {
  readonly sensorID: string;
  readonly value: number;
  readonly timestamp: string;
}

const payload = ({ value }: SourceRecord): Payload => JSON.parse(String(value)) as Payload;
const payloads = async (options: object): Promise<readonly Payload[]> =>
  (await take(runSource(sensors, { pace: 'fast', records: 300, ...options }).records)).map(payload);
const values = async (options: object): Promise<readonly number[]> =>
  (await payloads(options)).map(({ value }) => value);

describe('sensors', () => {
  it('reads each sensor in turn, keyed by it, at the time of the reading, up to now', async () => {
    const before = Date.now();

    const records = await take(runSource(sensors, { pace: 'fast', count: 2, every: '10s', records: 6 }).records);

    expect(records.map(({ key }) => key)).toEqual([
      'sensor-1',
      'sensor-2',
      'sensor-1',
      'sensor-2',
      'sensor-1',
      'sensor-2',
    ]);
    for (const record of records) {
      expect(payload(record)).toMatchObject({ sensorID: record.key });
      expect(Date.parse(payload(record).timestamp)).toBe(record.timestampMs);
      expect(record.headers['ce_time']).toBe(payload(record).timestamp);
    }
    const times = records.map(({ timestampMs }) => timestampMs - records[0]!.timestampMs);
    expect(times).toEqual([0, 5_000, 10_000, 15_000, 20_000, 25_000]);
    expect(Math.abs(records[0]!.timestampMs + 30_000 - before)).toBeLessThan(5_000);
    expect(new Set(records.map(({ headers }) => headers['ce_id'])).size).toBe(6);
  });

  it('gives the same values for the same seed, and others for another', async () => {
    const first = await values({ seed: 7 });

    expect(await values({ seed: 7 })).toEqual(first);
    expect(await values({ seed: 8 })).not.toEqual(first);
  });

  it('drifts within its range, by no more than it may', async () => {
    const drifted = await values({ count: 1, min: 10, max: 12, drift: 0.4 });

    expect(Math.min(...drifted)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...drifted)).toBeLessThanOrEqual(12);
    const steps = drifted.slice(1).map((value, index) => Math.abs(value - drifted[index]!));
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.41);
    expect(new Set(drifted).size).toBeGreaterThan(50);
  });

  it('spikes beyond its range, and is otherwise what it would have been', async () => {
    const calm = await values({ min: 0, max: 10 });
    const spiky = await values({ min: 0, max: 10, spikes: 0.1 });

    const spikes = spiky.filter((value) => value < 0 || value > 10);
    expect(new Set(spikes)).toEqual(new Set([-5, 15]));
    expect(spikes.length).toBeGreaterThan(15);
    expect(spikes.length).toBeLessThan(50);
    expect(spiky.filter((value, index) => value === calm[index]).length + spikes.length).toBe(300);
  });

  it('falls silent for so long, while the others go on', async () => {
    const said = await payloads({ count: 2, every: '1s', silence: { share: 0.05, for: '10s' } });

    const gaps = ['sensor-1', 'sensor-2'].flatMap((one) => {
      const times = said.filter(({ sensorID }) => sensorID === one).map(({ timestamp }) => Date.parse(timestamp));
      return times.slice(1).map((time, index) => time - times[index]!);
    });
    expect(gaps.filter((gap) => gap > 1_000).length).toBeGreaterThan(2);
    expect(gaps.filter((gap) => gap > 1_000 && gap < 10_000)).toEqual([]);
    expect(said.length).toBeLessThan(280);
  });

  it('sends some readings late, with their time, and none twice or never', async () => {
    const late = await payloads({ count: 2, late: { share: 0.2, by: '3s' } });

    const times = late.map(({ timestamp }) => Date.parse(timestamp));
    const behind = times.filter((time, index) => time < Math.max(...times.slice(0, index)));
    expect(behind.length).toBeGreaterThan(30);
    expect(new Set(times).size).toBe(300);
  });

  it('keeps its pace by the clock, and stops in the middle of a wait', async () => {
    const run = runSource(sensors, { count: 2, every: '40ms' });

    const times: number[] = [];
    for await (const { timestampMs } of run.records) {
      times.push(timestampMs);
      if (times.length === 11) run.stop();
    }

    expect(times).toHaveLength(11);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(180);
  });

  it.each([
    [{ min: 5, max: 5 }, 'min', 'must be less than max'],
    [{ pace: 'fast' }, 'pace', 'fast needs records: its readings are of the time before now, which ends'],
  ])('refuses %j', (given, key, message) => {
    const { error } = sensors.options.safeParse(given);

    expect(error?.issues).toMatchObject([{ path: [key], message }]);
  });

  it('is live only where it cannot be held back', () => {
    const nature = (given: object) => sensors.nature(sensors.options.parse(given));

    expect(nature({})).toEqual({ endless: true, live: true });
    expect(nature({ records: 10 })).toEqual({ endless: false, live: false });
  });
});

import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, inject, test } from 'vitest';
import { createFrameSession } from '../../pipeline/frame/frame-session.ts';
import { createKafka } from '../../pipeline/kafka/index.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { silentLog } from '../runtime/stage-harness.ts';
import { hasFfmpeg } from './media.ts';
import { tapline, uniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const producer = createKafka({ bootstrap: [bootstrap] }, { log: silentLog, clientId: 'test-cameras' }).producer();

afterAll(() => producer.close());

const STEP_MS = 100;

/** A camera that takes a picture every tenth of a second. */
function camera(topic: string, sourceId: string, beganMs: number) {
  const session = createFrameSession({ sourceId, kind: 'live', clock: systemClock });
  return async (fromMs: number, toMs: number): Promise<void> => {
    for (let ms = fromMs; ms < toMs; ms += STEP_MS) {
      const background = { r: 0, g: (ms / 40) % 255, b: 0 };
      const picture = sharp({ create: { width: 65, height: 48, channels: 3, background } });
      const captureTimeUs = (beganMs + ms) * 1000;
      const frame = session.frame(await picture.jpeg().toBuffer(), { contentType: 'image/jpeg', captureTimeUs });
      await producer.send([{ topic, partition: 1, ...frame, key: Buffer.from(sourceId), value: frame.value }]);
    }
  };
}

/** Times of the pictures of a film, in seconds from its begin. */
function timesOf(film: string): readonly number[] {
  const args = ['-v', 'error', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', film];
  const lines = execFileSync('ffprobe', args, { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => line.replace(',', ''))
    .filter((line) => line !== '')
    .map(Number);
}

test.skipIf(!hasFfmpeg)(
  'an alert that is over has its clip, picture by picture from before it to after it, also where these are yet to come',
  async () => {
    const topology = await uniqueTopology(`
name: clips
topics: { frames.pictures: { partitions: 2 }, frames.alerts: { partitions: 1 } }
taps:
  film:
    on: frames.alerts
    sink: clip
    with: { frames: frames.pictures, directory: ./clips, before: 1s, after: 1s }
`);
    const up = await tapline({
      args: ['up', topology.file, '--no-ui'],
      env: { KAFKA_BROKERS: bootstrap },
      directory: topology.directory,
    });
    await up.line(/metrics http/);
    const beganMs = Date.now() - 60_000;
    const at = (ms: number): string => new Date(beganMs + ms).toISOString();
    const [gate, yard] = ['gate', 'yard'].map((name) => camera(topology.topic('frames.pictures'), name, beganMs)) as [
      ReturnType<typeof camera>,
      ReturnType<typeof camera>,
    ];
    const tell = async (alert: object): Promise<void> => {
      const value = Buffer.from(JSON.stringify({ sourceId: 'gate', ...alert }));
      await producer.send([
        {
          topic: topology.topic('frames.alerts'),
          partition: 0,
          key: Buffer.from('gate'),
          value,
          headers: {},
          timestampMs: Date.now(),
        },
      ]);
    };
    const clips = async () =>
      (await readdir(join(topology.directory, 'clips')).catch(() => [])).filter((name) => name.endsWith('.mp4')).sort();
    await Promise.all([gate(0, 6000), yard(0, 6000)]);

    await tell({ id: 'one', state: 'start', since: at(2000) });
    await tell({ id: 'one', state: 'end', since: at(2000), until: at(3000) });
    await until(async () => (await clips()).includes('one.mp4'), { what: 'the first clip' });
    await tell({ id: 'two', state: 'end', since: at(5000), until: at(5500) });
    await Promise.all([gate(6000, 8000), yard(6000, 8000)]);
    await until(async () => (await clips()).includes('two.mp4'), { what: 'the second clip' });
    await tell({ id: 'three', state: 'end', since: at(1_000_000), until: at(1_000_100) });
    expect(await up.stop()).toBe(0);

    const [one, two] = ['one.mp4', 'two.mp4'].map((name) => timesOf(join(topology.directory, 'clips', name)));
    expect(one).toHaveLength(31); // from 1.0 s to 4.0 s, both of them
    expect(one![0]).toBe(0);
    expect(one!.at(-1)).toBeCloseTo(3, 3);
    expect(two).toHaveLength(26); // from 4.0 s to 6.5 s
    expect(two!.at(-1)).toBeCloseTo(2.5, 3);
    expect(await readdir(join(topology.directory, 'clips'))).toEqual(['one.mp4', 'two.mp4']);
    expect(up.lines.join('\n')).not.toMatch(/died|dead letter/);
  },
);

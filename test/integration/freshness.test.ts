import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import { acquireBroker } from '../../pipeline/broker/index.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { metaOf, readRecords, withoutRepeats } from './read-records.ts';
import { emptyDirectory, tapline, uniqueTopology } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const withoutBroker = { ...process.env, KAFKA_BROKERS: undefined };

/** A camera of 30 frames a second before a stage that manages 15. */
const overloaded = `
name: overloaded
sources:
  camera: { type: synthetic, to: frames.captured, with: { fps: 30, width: 320, height: 180 } }
stages:
  slow:
    from: frames.captured
    process: ${join(import.meta.dirname, 'processors/slow.ts')}
    to: frames.shown
    with: { ms: 66 }
    delivery: latest
    maxAge: 500ms
`;

function ageMs(record: ConsumerRecord): number {
  const meta = metaOf(record);
  return (meta.stages.at(-1)!.outUs - meta.frame.captureTimeUs) / 1000;
}

test('live video stays live when twice as many frames come as fit, and every dropped frame is told', async () => {
  const topology = await uniqueTopology(overloaded);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });

  const shown = await readRecords(bootstrap, topology.topic('frames.shown'), (records) => records.length >= 120);

  const ages = shown
    .slice(20)
    .map(ageMs)
    .toSorted((a, b) => a - b);
  expect(ages[Math.floor(ages.length * 0.99)]).toBeLessThan(1000);
  const seqs = shown.map((record) => metaOf(record).frame.seq);
  const told = shown.map((record) => metaOf(record).dropped?.count ?? 0);
  expect(told.slice(1)).toEqual(seqs.slice(1).map((seq, index) => seq - seqs[index]! - 1));
  expect(told.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(30);
  expect(await up.stop()).toBe(0);
});

test('is live again within two seconds after ten seconds without a broker, and tells what was dropped meanwhile', async () => {
  const stateDirectory = join(await emptyDirectory(), '.tapline');
  const broker = await acquireBroker({
    stateDirectory,
    preferredPort: 0,
    env: withoutBroker,
    onProgress: () => undefined,
  });
  onTestFinished(() => broker.stop());
  const { pid } = JSON.parse(await readFile(join(stateDirectory, 'broker/broker.json'), 'utf8')) as { pid: number };
  const topology = await uniqueTopology(overloaded);
  const address = { KAFKA_BROKERS: broker.bootstrap };
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env: address, directory: topology.directory });
  const shownTopic = topology.topic('frames.shown');
  await readRecords(broker.bootstrap, shownTopic, (records) => records.length >= 20);

  process.kill(pid, 'SIGSTOP');
  await setTimeout(10_000); // the outage itself
  process.kill(pid, 'SIGCONT');
  const backUs = Date.now() * 1000;

  const twoSecondsLater = (record: ConsumerRecord): boolean => metaOf(record).stages.at(-1)!.outUs > backUs + 2_000_000;
  const shown = await readRecords(
    broker.bootstrap,
    shownTopic,
    (records) => records.filter(twoSecondsLater).length >= 30,
  );
  const fresh = shown.filter(twoSecondsLater).map(ageMs);
  expect(Math.max(...fresh)).toBeLessThan(1500);
  const distinct = withoutRepeats(shown); // an acknowledgement lost with the broker makes a record be written again
  const seqs = distinct.map((record) => metaOf(record).frame.seq);
  const told = distinct.map((record) => metaOf(record).dropped?.count ?? 0);
  const gaps = seqs.slice(1).map((seq, index) => seq - seqs[index]! - 1);
  // Written, but its commit lost with the broker: such a frame is read again and counted with the next. Never fewer.
  expect(
    told.slice(1).every((count, index) => count >= gaps[index]!),
    `told ${told.slice(1).join()} of ${gaps.join()}`,
  ).toBe(true);
  expect(await up.stop()).toBe(0);
});

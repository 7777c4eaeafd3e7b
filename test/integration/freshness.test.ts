import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { metaOf, readRecords } from './read-records.ts';
import { tapline, uniqueTopology } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

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

import { describe as group, expect, it } from 'vitest';
import { describe } from '../../pipeline/topology/describe.ts';
import { samplePlan } from './sample-plan.ts';

const DRAWING = `
t: 2 sources, 4 stages, 2 taps

● source left  camera, live, endless
│
═ frames  frames, 2 partitions, kept 10m, 128MB each
│
■ stage find  detect, group t.find, latest within 500ms, 2 replicas
│
═ found  frames, 2 partitions, kept 10m, 128MB each
│
├─ ○ tap screen  page, live
│
■ stage join  split, group t.join, reads found and orders, alerts to alarms
│
├─ ═ joined  records, 2 partitions, kept 7d, 1GB each
│
═ alarms  records, 2 partitions, kept 7d, 1GB each
│
○ tap log  print, live, sample 0.1, where objects[label='person' and score > 0.…

● source rows  lines, finite
│
═ orders  records, 2 partitions, kept 7d, 1GB each
│
■ stage join  (see above)

═ a  records, 2 partitions, kept 7d, 1GB each
│
■ stage ping  detect, group t.ping
│
═ b  records, 2 partitions, kept 7d, 1GB each
│
■ stage pong  detect, group t.pong
│
═ a  (see above)

dead letters
  t.left.dlq  1 partition, kept 14d, 64MB each
  t.rows.dlq  1 partition, kept 14d, 64MB each
  t.find.dlq  1 partition, kept 14d, 64MB each
  t.join.dlq  1 partition, kept 14d, 64MB each
  t.pong.dlq  1 partition, kept 14d, 64MB each
  t.ping.dlq  1 partition, kept 14d, 64MB each
  t.screen.dlq  1 partition, kept 14d, 64MB each
  t.log.dlq  1 partition, kept 14d, 64MB each
`;

group('the drawing of a topology', () => {
  const text = describe(
    samplePlan(
      'sources:',
      '  left: { type: camera, to: frames }',
      '  rows: { type: lines, to: orders, with: { path: rows.txt } }',
      'stages:',
      '  find: { from: frames, process: detect, to: found, delivery: latest, maxAge: 500ms, replicas: 2 }',
      '  join: { from: [found, orders], process: split, to: { default: joined, alerts: alarms } }',
      '  ping: { from: a, process: detect, to: b }',
      '  pong: { from: b, process: detect, to: a }',
      'taps:',
      '  screen: { on: found, sink: page }',
      '  log: { on: alarms, sink: print, sample: 0.1, where: "objects[label=\'person\' and score > 0.6 and width > 20]" }',
    ),
  );

  it('shows fan-out, fan-in, named outputs, circles and dead letters', () => {
    expect(text).toBe(DRAWING.trim());
  });

  it('shows where sources keep their positions', () => {
    const drawn = describe(samplePlan('sources: { entries: { type: journal, to: entries } }'));

    expect(drawn).toMatch(/\n\npositions\n {2}t-entries-positions {2}1 partition, compacted\n\ndead letters\n/);
  });

  it('is never wider than a terminal', () => {
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

import { expect, test } from 'vitest';
import aggregate from '../../processors/aggregate/index.ts';
import { statefulRun } from '../processors/stateful-run.ts';
import { MemoryTopology } from '../runtime/memory-topology.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';

test.each([
  {
    name: 'topK',
    compute: { top1: { topK: 'v', k: 1 }, top3: { topK: 'v', k: 3 } },
    want: { top1: [3], top3: [3, 2, 1] },
  },
  {
    name: 'collect',
    compute: { two: { collect: 'v', limit: 2 }, all: { collect: 'v' } },
    want: { two: [1, 2], all: [1, 2, 3] },
  },
  {
    name: 'distinct',
    compute: { most2: { distinct: 'v', limit: 2 }, all: { distinct: 'v' } },
    want: { most2: 2, all: 3 },
  },
])('two aggregates of one expression with limits of their own: $name', async ({ compute, want }) => {
  const run = await statefulRun(aggregate, { compute });
  const outputs = await run.pipe(...[1, 2, 3].map((v) => ({ atMs: v, key: 'a', value: { v } })));
  expect(run.values(outputs).at(-1)).toEqual({ key: 'a', ...want });
});

test('keys that are no text are told apart', async () => {
  const topology = new MemoryTopology({ changelogs: { aggregates: 't.work.aggregates.changelog' } });
  await topology.createTopics();
  const options = aggregate.options.parse({ compute: { n: 'count' } });
  const processor = await aggregate.create(options, {
    stage: 'work',
    log: console,
    baseDirectory: '.',
  });
  const { worker } = await topology.start(processor, aggregate.stores!(options));
  const keys = [Buffer.from([0, 0, 0, 0x80]), Buffer.from([0, 0, 0, 0x81])];
  await topology.send(...keys.map((key) => ({ key, value: '{}' }) as unknown as ProducerRecord & { value: string }));
  for (let n = 0; n < 100; n++) await nextTurn();
  const out = (await topology.read('out')).map((text) => (JSON.parse(text) as { n: number }).n);
  await worker.stop();
  expect(out).toEqual([1, 1]);
});

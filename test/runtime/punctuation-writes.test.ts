import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, describe } from 'vitest';
import type { Processor } from '../../pipeline/ports/processor.ts';
import type { KeyValueStore } from '../../pipeline/ports/store.ts';
import { MemoryTopology } from './memory-topology.ts';

async function settled(turns = 100): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}
async function pass(topology: MemoryTopology, ms: number, step = 100): Promise<void> {
  for (let at = 0; at < ms; at += step) {
    topology.clock.advanceTo(topology.clock.nowMs() + step);
    await settled(20);
  }
}

describe.each(['at-least-once', 'exactly-once'] as const)('%s', (guarantee) => {
  test('an output of a wall-clock punctuation that is too large is told of, and onError.then is obeyed', async () => {
    const topology = new MemoryTopology({ guarantee, changelogs: { s: 't.work.s.changelog' } });
    await topology.createTopics();
    const seen: unknown[] = [];
    const processor: Processor = {
      schedule: [
        {
          on: 'wallClockTime',
          everyMs: 1_000,
          punctuate: (context) => {
            const store = context.store<KeyValueStore<number>>('s');
            const n = (store.get('n') ?? 0) + 1;
            store.put('n', n);
            seen.push(n);
            return { key: 'k', value: 'x'.repeat(200_000) };
          },
        },
      ],
      process: ({ value }) => ({ value }),
    };
    const stage = await topology.start(processor, { s: { type: 'keyValue' } });
    onTestFinished(() => void stage.worker.stop());
    await topology.send({ value: 'a' });
    await settled();
    await pass(topology, 5_000);
    expect({ seen, dlq: (await topology.read('t.work.dlq')).length > 0 }).toMatchObject({ dlq: true });
  });
});

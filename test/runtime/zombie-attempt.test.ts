import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Processor } from '../../pipeline/ports/processor.ts';
import type { KeyValueStore } from '../../pipeline/ports/store.ts';
import { MemoryTopology } from './memory-topology.ts';

const settled = async (turns = 100): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
};

test('exactly-once: an attempt that has timed out changes the state no more', async () => {
  const topology = new MemoryTopology({
    guarantee: 'exactly-once',
    timeoutMs: 100,
    changelogs: { counts: 't.work.counts.changelog' },
  });
  await topology.createTopics();
  let slow: () => void = () => undefined;
  let tries = 0;
  const processor: Processor = {
    process: async ({ key }, context) => {
      const counts = context.store<KeyValueStore<number>>('counts');
      if (++tries === 1) await new Promise<void>((resolve) => (slow = resolve)); // a call that takes longer than `timeout`
      const count = (counts.get(String(key)) ?? 0) + 1;
      counts.put(String(key), count);
      return { value: `${String(key)}${count}` };
    },
  };
  const { worker } = await topology.start(processor, { counts: { type: 'keyValue' } });
  onTestFinished(() => void worker.stop());
  await topology.send({ value: 'x', key: 'a' });
  await settled();
  topology.clock.advanceTo(topology.clock.nowMs() + 100);
  await settled();
  slow(); // the answer comes while the record waits for its second try
  await settled();
  topology.clock.advanceTo(topology.clock.nowMs() + 1_000);
  await settled();
  await topology.settle();
  expect(await topology.read('out')).toEqual(['a1']);
});

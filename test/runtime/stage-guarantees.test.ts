import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../pipeline/memory/index.ts';
import type { Processor, StoreSpecs } from '../../pipeline/ports/processor.ts';
import type { KeyValueStore } from '../../pipeline/ports/store.ts';
import { MemoryTopology, type RunningStage } from './memory-topology.ts';

const echo: Processor = { process: ({ value }) => ({ value }) };
const counting: Processor = {
  process: ({ key }, context) => {
    const counts = context.store<KeyValueStore<number>>('counts');
    const count = (counts.get(String(key)) ?? 0) + 1;
    counts.put(String(key), count);
    return { value: `${String(key)}${count}` };
  },
};
const stores: StoreSpecs = { counts: { type: 'keyValue' } };
const changelogs = { counts: 't.work.counts.changelog' };

const named = (...values: string[]): { value: string }[] => values.map((value) => ({ value }));

async function started(topology: MemoryTopology, ...given: Parameters<MemoryTopology['start']>): Promise<RunningStage> {
  const stage = await topology.start(...given);
  onTestFinished(() => void stage.worker.stop());
  return stage;
}

describe.each(['at-least-once', 'exactly-once'] as const)('with guarantee %s', (guarantee) => {
  const isExact = guarantee === 'exactly-once';

  test('a stage writes what it makes in order and commits as far as it has come', async () => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics(2);
    await started(topology, echo);

    await topology.send(...named('a', 'b', 'c'), { value: 'other', partition: 1 });
    await topology.settle();

    expect(await topology.read('out')).toEqual(['a', 'b', 'c']);
    expect(await topology.read('out', 1)).toEqual(['other']);
    expect(await topology.committed()).toEqual([3n, 1n]);
  });

  test('a new worker goes on where the one before has stopped', async () => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics();
    const { worker } = await started(topology, echo);
    await topology.send(...named('a', 'b'));
    await topology.settle();
    await worker.stop();
    await topology.send(...named('c'));

    await started(topology, echo);
    await topology.settle();

    expect(await topology.read('out')).toEqual(['a', 'b', 'c']);
  });

  test.each([
    { when: 'before its outputs are written', fault: { api: 'produce' }, does: 'crash before', twice: false },
    { when: 'after its outputs were written', fault: { api: 'produce' }, does: 'crash after', twice: true },
    {
      when: 'before its offset is committed',
      fault: { api: isExact ? 'endTxn' : 'offsetCommit' },
      does: 'crash before',
      twice: true,
    },
    {
      when: 'after its offset was committed',
      fault: { api: isExact ? 'endTxn' : 'offsetCommit' },
      does: 'crash after',
      twice: false,
    },
  ] as const)('a worker that dies $when loses nothing', async ({ fault, does, twice }) => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics();
    topology.broker.fault({ ...fault, clientId: 'work-0', does } satisfies Fault);
    await topology.start(echo);
    await topology.send(...named('a', 'b'));
    await topology.settle();

    await started(topology, echo);
    await topology.send(...named('c'));
    await topology.settle();

    expect(await topology.read('out')).toEqual(twice && !isExact ? ['a', 'b', 'a', 'b', 'c'] : ['a', 'b', 'c']);
    expect(await topology.committed()).toEqual([3n]);
  });

  test('a second worker takes its share without a record lost or out of order', async () => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics(2);
    const first = await started(topology, echo);
    const expected: string[][] = [[], []];
    const sendSome = async (name: string): Promise<void> => {
      const values = Array.from({ length: 20 }, (_, index) => `${name}${index}`);
      for (const partition of [0, 1]) {
        expected[partition]!.push(...values.map((value) => `${value}/${partition}`));
        await topology.send(...values.map((value) => ({ value: `${value}/${partition}`, partition })));
      }
    };

    await sendSome('before');
    await started(topology, echo);
    await sendSome('between');
    topology.broker.rebalance('t.work');
    await sendSome('after');
    await topology.settle();
    await first.worker.stop();
    await sendSome('alone');
    await topology.settle();

    for (const partition of [0, 1]) expect(await topology.read('out', partition)).toEqual(expected[partition]);
    expect(await topology.committed()).toEqual([80n, 80n]);
  });

  test('a record that fails waits by the clock between its attempts and then is a dead letter', async () => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics();
    const attemptedAtMs: number[] = [];
    await started(topology, {
      process: ({ value }) => {
        if (String(value) !== 'bad') return { value };
        attemptedAtMs.push(topology.clock.nowMs() - begunMs);
        throw new Error('out of stock');
      },
    });
    const begunMs = topology.clock.nowMs();

    await topology.send(...named('a', 'bad', 'c'));
    await topology.settle();

    expect(attemptedAtMs).toEqual([0, 1_000, 3_000, 7_000]);
    expect(await topology.read('out')).toEqual(['a', 'c']);
    expect(await topology.read('t.work.dlq')).toEqual(['bad']);
    expect(await topology.committed()).toEqual([3n]);
  });

  test('an output that its topic does not take makes its input a dead letter', async () => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics();
    const swelling: Processor = {
      process: ({ value }) => ({ value: String(value) === 'bad' ? 'x'.repeat(200_000) : value }),
    };
    await started(topology, swelling);

    await topology.send(...named('a', 'bad', 'c'));
    await topology.settle();

    expect(await topology.read('out')).toEqual(['a', 'c']);
    expect(await topology.read('t.work.dlq')).toEqual(['bad']);
  });

  test('what the broker answers in between is ridden out', async () => {
    const topology = new MemoryTopology({ guarantee });
    await topology.createTopics();
    for (const api of ['offsetFetch', 'produce', 'offsetCommit', 'initProducerId', 'endTxn'] as const)
      topology.broker.fault({ api, clientId: 'work-0', times: 3, does: { error: 'NOT_LEADER_FOR_PARTITION' } });
    const starting = started(topology, echo);
    await topology.settle();
    await starting;

    await topology.send(...named('a', 'b', 'c'));
    await topology.settle();

    expect(await topology.read('out')).toEqual(['a', 'b', 'c']);
    expect(await topology.committed()).toEqual([3n]);
  });

  test('state is what the records that count have made it, also after a worker died between', async () => {
    const topology = new MemoryTopology({ guarantee, changelogs });
    await topology.createTopics();
    const keyed = (...keys: string[]): { key: string; value: string }[] => keys.map((key) => ({ key, value: '' }));
    const { kafka } = await topology.start(counting, stores);
    await topology.send(...keyed('a', 'a', 'b'));
    await topology.settle();

    topology.broker.fault({ api: isExact ? 'endTxn' : 'produce', clientId: 'work-0', does: 'crash before' });
    await topology.send(...keyed('a', 'b'));
    await topology.settle();
    kafka.crash(); // it is dead already: no error
    await started(topology, counting, stores);
    await topology.send(...keyed('a'));
    await topology.settle();

    expect(await topology.read('out')).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  });

  test('two inputs are merged by time, and the same run ends the same way twice', async () => {
    const run = async (): Promise<unknown> => {
      const topology = new MemoryTopology({ guarantee, from: ['left', 'right'], maxIdleMs: 500 });
      await topology.createTopics();
      await started(topology, echo);
      const at = (topic: string, timestampMs: number): Parameters<typeof topology.send>[0] => ({
        topic,
        timestampMs,
        value: `${topic} ${timestampMs}`,
      });
      await topology.send(at('left', 1), at('left', 4), at('right', 2), at('right', 3));
      await topology.settle();
      await topology.send(at('right', 6), at('left', 5));
      await topology.settle();
      const written = await topology.read('out');
      return { written, committed: await topology.committed(), tookMs: topology.clock.nowMs() };
    };

    const [first, second] = [await run(), await run()];

    const written = ['left 1', 'right 2', 'right 3', 'left 4', 'left 5', 'right 6'];
    expect(first).toMatchObject({ written, committed: [3n, 3n] });
    expect(second).toEqual(first);
  });
});

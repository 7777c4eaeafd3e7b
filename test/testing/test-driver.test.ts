import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { defineProcessor } from '../../pipeline/index.ts';
import { createTestDriver, type TestDriverOptions, type TopologyTestDriver } from '../../pipeline/testing/index.ts';

const totals = `
name: shop
defaults: { partitions: 3, onError: { retries: 2, backoff: 1s } }
topics: { orders: {} }
stages:
  totals:
    from: orders
    process: aggregate
    with: { compute: { n: count, sum: { sum: amount } } }
    to: totals
`;

async function driverOf(topology: string, more: Partial<TestDriverOptions> = {}): Promise<TopologyTestDriver> {
  const driver = await createTestDriver({ topology, ...more });
  onTestFinished(() => driver.close());
  return driver;
}

const order = (key: string, amount: number): { key: string; value: object } => ({ key, value: { amount } });

const echo = defineProcessor({
  name: 'echo',
  summary: 'Echoes.',
  options: z.strictObject({}),
  process: ({ value }) => {
    if (String(value) === 'bad') throw new Error('out of stock');
    return { value };
  },
});
const echoing = `
name: shop
defaults: { partitions: 2, onError: { retries: 2, backoff: 1s } }
topics: { in: {} }
stages:
  work: { from: in, process: echo, to: out }
`;

describe.each(['at-least-once', 'exactly-once'])('with guarantee %s', (guarantee) => {
  const set = [`defaults.guarantee=${guarantee}`];

  test('records go through the stage, and what it keeps can be looked at', async () => {
    const driver = await driverOf(totals, { set });

    await driver.pipeInput('orders', [order('a', 3), order('b', 5), order('a', 4)]);

    const output = driver.readOutput('totals');
    expect(output.filter(({ key }) => key === 'a').map(({ value }) => value)).toEqual([
      expect.objectContaining({ n: 1, sum: 3 }),
      expect.objectContaining({ n: 2, sum: 7 }),
    ]);
    expect(driver.readOutput('totals')).toEqual([]);
    expect(driver.deadLetters('totals')).toEqual([]);
    const state = driver.stateStore('totals', 'aggregates');
    expect(await state.get('a')).toBeDefined();
    expect((await state.entries()).map(({ key }) => key).sort()).toEqual(['a', 'b']);
  });

  test('a worker that is killed goes on with the state it had', async () => {
    const driver = await driverOf(totals, { set });
    await driver.pipeInput('orders', order('a', 3));

    await driver.crash('totals');
    await driver.pipeInput('orders', order('a', 4));

    expect(driver.readOutput('totals').map(({ value }) => value)).toMatchObject([{ sum: 3 }, { sum: 7 }]);
  });

  test('a worker that dies between its outputs and its commit repeats them at least once, or not at all', async () => {
    const driver = await driverOf(echoing, { set, processors: [echo] });
    await driver.crash('work', { at: 'beforeCommit' });

    await driver.pipeInput('in', { key: 'a', value: 'one' });

    const values = driver.readOutput('out').map(({ value }) => value);
    expect(values).toEqual(guarantee === 'exactly-once' ? ['one'] : ['one', 'one']);
  });

  test('a record that fails is tried again by the clock and then is a dead letter', async () => {
    const driver = await driverOf(echoing, { set, processors: [echo] });
    const begunMs = driver.nowMs();

    await driver.pipeInput('in', [
      { key: 'a', value: 'bad' },
      { key: 'a', value: 'good' },
    ]);

    expect(driver.nowMs() - begunMs).toBe(3_000);
    expect(driver.readOutput('out')).toMatchObject([{ value: 'good' }]);
    expect(driver.deadLetters('work')).toMatchObject([
      { key: 'a', value: 'bad', code: 'PROCESSING_FAILED', message: 'out of stock', attempts: 3 },
    ]);
  });

  test('a record slower than its time-out fails, a poisoned key fails at every try', async () => {
    const driver = await driverOf(echoing, { set, processors: [echo] });
    driver.slow('work', { byMs: 40_000, key: 'slow', times: 3 });
    driver.poison('work', { key: 'poisoned' });

    await driver.pipeInput('in', [
      { key: 'slow', value: '1' },
      { key: 'poisoned', value: '2' },
      { key: 'fine', value: '3' },
    ]);

    expect(driver.readOutput('out')).toMatchObject([{ key: 'fine' }]);
    expect(
      driver
        .deadLetters('work')
        .map(({ key, code }) => `${key} ${code}`)
        .sort(),
    ).toEqual(['poisoned PROCESSING_FAILED', 'slow RECORD_TIMED_OUT']);
  });

  test('a broker that refuses for a while delays, and loses nothing', async () => {
    const driver = await driverOf(totals, { set });
    driver.brokerError('totals', { error: 'NOT_LEADER_FOR_PARTITION', on: 'write', times: 3 });
    driver.brokerError('totals', { error: 'NOT_COORDINATOR', on: 'commit', times: 3 });

    await driver.pipeInput('orders', [order('a', 3), order('a', 4)]);
    await driver.rebalance('totals');
    await driver.pipeInput('orders', order('a', 5));

    expect(driver.readOutput('totals').at(-1)).toMatchObject({ value: { n: 3, sum: 12 } });
  });
});

test('several replicas share the partitions, and one seed always gives the same run', async () => {
  const run = async (seed: number): Promise<readonly string[]> => {
    const driver = await driverOf(totals, {
      seed,
      set: ['stages.totals.replicas=2', 'defaults.guarantee=exactly-once'],
    });
    const orders = Array.from({ length: 60 }, (_, n) => order(`k${n % 7}`, n));
    await driver.pipeInput('orders', orders);
    await driver.crash('totals', { at: 'beforeCommit' });
    await driver.pipeInput('orders', orders);
    return driver.readOutput('totals').map(({ key, value }) => `${key} ${JSON.stringify(value)}`);
  };

  const [first, again, other] = [await run(1), await run(1), await run(2)];

  expect(first).toHaveLength(120);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(other.toSorted()).toEqual(first.toSorted());
});

test('punctuations strike by the clock of the test, and no more after their worker has died', async () => {
  const struck: number[] = [];
  const ticking = defineProcessor({
    name: 'ticking',
    summary: 'Ticks.',
    options: z.strictObject({}),
    create: () => ({
      process: () => null,
      schedule: [
        {
          on: 'wallClockTime',
          everyMs: 60_000,
          punctuate: ({ timeMs }) => {
            struck.push(timeMs - Date.UTC(2026, 0, 1));
            return { value: 'tick' };
          },
        },
      ],
    }),
  });
  const driver = await driverOf(echoing.replace('echo', 'ticking'), { processors: [ticking] });
  await driver.pipeInput('in', { key: 'a', value: '1' });

  await driver.advanceTime(150_000);
  await driver.crash('work');
  await driver.advanceTime(300_000);

  expect(struck).toEqual([60_000, 120_000]);
  expect(driver.readOutput('out')).toHaveLength(2);
});

test('a processor that waits for something real is waited for', async () => {
  const waiting = defineProcessor({
    name: 'waiting',
    summary: 'Waits.',
    options: z.strictObject({}),
    process: async ({ value }) => {
      await realSleep(30);
      return { value };
    },
  });
  const driver = await driverOf(echoing.replace('echo', 'waiting'), { processors: [waiting] });
  const begunMs = driver.nowMs();

  await driver.pipeInput('in', { key: 'a', value: '1' });

  expect(driver.readOutput('out')).toHaveLength(1);
  expect(driver.nowMs()).toBe(begunMs);
});

test('a processor that never ends is told with its record', async () => {
  const hanging = defineProcessor({
    name: 'hanging',
    summary: 'Hangs.',
    options: z.strictObject({}),
    process: () => new Promise<never>(() => undefined),
  });
  const driver = await createTestDriver({
    topology: echoing.replace('echo', 'hanging'),
    processors: [hanging],
    patienceMs: 50,
  });

  await expect(driver.pipeInput('in', { key: 'a', value: '1', partition: 1 })).rejects.toThrow(
    'stage "work" at the record at in-1@0 has not answered for 50 ms of real time',
  );
});

test('a stage that gives up says why, and goes on when it is started again', async () => {
  const driver = await driverOf(echoing, { processors: [echo], set: ['defaults.onError.then=fail'] });
  driver.poison('work');

  await expect(driver.pipeInput('in', { key: 'a', value: '1' })).rejects.toMatchObject({ code: 'PROCESSING_STOPPED' });
  expect(driver.readOutput('out')).toEqual([]);
  await driver.restart('work');

  expect(driver.readOutput('out')).toMatchObject([{ key: 'a', value: 1 }]);
});

test('names that the topology does not have are told with those it has', async () => {
  const driver = await driverOf(totals);

  await expect(driver.pipeInput('order', [])).rejects.toThrow(
    'topology "shop" has no topic "order"; did you mean "orders"?',
  );
  expect(() => driver.readOutput('x')).toThrow('there are totals and orders');
  expect(() => driver.deadLetters('total')).toThrow('did you mean "totals"?');
  expect(() => driver.stateStore('totals', 'sums')).toThrow('stage "totals" has no store "sums"; there are aggregates');
});

test('a topology with faults is refused as lint refuses it', async () => {
  await expect(createTestDriver({ topology: 'name: shop\nstages: { a: { form: x } }' })).rejects.toThrow(
    'TOPOLOGY_UNKNOWN_KEY',
  );
});

test('of a large topology only the stages under test run', async () => {
  const two = `${echoing}  after: { from: out, process: echo, to: end }\n`;
  const driver = await driverOf(two, { processors: [echo], stages: ['after'] });

  await driver.pipeInput('in', { key: 'a', value: 'not read' });
  await driver.pipeInput('out', { key: 'a', value: 'read' });

  expect(driver.readOutput('end')).toMatchObject([{ value: 'read' }]);
  await expect(driverOf(two, { processors: [echo], stages: ['aftr'] })).rejects.toThrow('did you mean "after"?');
});

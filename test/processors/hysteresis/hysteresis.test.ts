import { afterEach, describe, expect, it } from 'vitest';
import { createTestDriver, type TopologyTestDriver } from '../../../pipeline/testing/index.ts';

const START_MS = Date.parse('2026-01-01T00:00:00Z');
const both = { high: { above: 30, below: 28 }, low: { below: 5, above: 7 } };
let driver: TopologyTestDriver | undefined;

afterEach(async () => {
  await driver?.close();
  driver = undefined;
});

async function start(given: object): Promise<TopologyTestDriver> {
  const alarms = { from: 'readings', process: 'hysteresis', to: 'alarms', with: { value: 'celsius', ...given } };
  driver = await createTestDriver({
    topology: `name: greenhouse\ntopics: { readings: {} }\nstages: ${JSON.stringify({ alarms })}`,
    guarantee: 'exactly-once',
  });
  return driver;
}

/** Values of one key, a second apart. */
function readings(values: readonly unknown[], { key = 'a', fromS = 0 } = {}) {
  return values.map((celsius, index) => ({ key, value: { celsius }, time: START_MS + (fromS + index) * 1000 }));
}

async function changes(given: object, ...values: readonly unknown[]) {
  const running = await start(given);
  await running.pipeInput('readings', readings(values));
  return running.readOutput('alarms').map(({ value }) => value);
}

describe('hysteresis', () => {
  it('tells when a value has risen above a threshold, and again when it has fallen below the other', async () => {
    expect(await changes({ high: both.high }, 20, 30, 30.1, 29, 31, 28, 27.9, 29, 30)).toEqual([
      { key: 'a', state: 'high', was: 'normal', since: '2026-01-01T00:00:02.000Z', value: 30.1 },
      { key: 'a', state: 'normal', was: 'high', since: '2026-01-01T00:00:06.000Z', value: 27.9 },
    ]);
  });

  it('tells the same of what is too low', async () => {
    expect(await changes({ low: both.low }, 20, 5, 4.9, 6, 7, 7.1)).toMatchObject([
      { state: 'low', value: 4.9 },
      { state: 'normal', was: 'low', value: 7.1 },
    ]);
  });

  it('goes from high to low at once', async () => {
    expect(await changes(both, 31, 4, 31)).toMatchObject([
      { state: 'high', was: 'normal' },
      { state: 'low', was: 'high' },
      { state: 'high', was: 'low' },
    ]);
  });

  it('waits until a state has lasted, and begins to wait anew where it was interrupted', async () => {
    expect(await changes({ ...both, for: '2s' }, 31, 31, 20, 31, 31, 33, 20, 31, 20, 20, 20)).toMatchObject([
      { state: 'high', since: '2026-01-01T00:00:03.000Z', value: 33 },
      { state: 'normal', since: '2026-01-01T00:00:08.000Z' },
    ]);
  });

  it('keeps the keys apart, and passes over records that are older than the latest of their key', async () => {
    const running = await start(both);

    await running.pipeInput('readings', readings([31], { key: 'a', fromS: 10 }));
    await running.pipeInput('readings', readings([20], { key: 'a', fromS: 9 }));
    await running.pipeInput('readings', readings([31], { key: 'b', fromS: 0 }));

    expect(running.readOutput('alarms')).toMatchObject([
      { key: 'a', value: { state: 'high' } },
      { key: 'b', value: { state: 'high' } },
    ]);
  });

  it('remembers when its worker dies, and tells nothing twice', async () => {
    const running = await start(both);
    await running.pipeInput('readings', readings([31]));

    await running.crash('alarms');
    await running.pipeInput('readings', readings([31, 20], { fromS: 1 }));

    expect(running.readOutput('alarms')).toMatchObject([{ value: { state: 'high' } }, { value: { state: 'normal' } }]);
  });

  it('passes over what has no value, and sets aside what is no number', async () => {
    const running = await start(both);

    await running.pipeInput('readings', readings([null, '31', 31]));
    await running.pipeInput('readings', [{ key: 'a', value: null }]);

    expect(running.readOutput('alarms')).toHaveLength(1);
    const [letter, ...others] = running.deadLetters('alarms');
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ code: 'HYSTERESIS_VALUE_INVALID' });
    expect(letter?.message).toMatch(
      /^the record at readings-0@1 is held against no threshold: "celsius" gave "31", which is no number; correct/,
    );
  });

  it.each([
    [{}, 'must have high or low, such as high: { above: 30, below: 28 }'],
    [{ high: { above: 1, below: 2 } }, 'must not be greater than above'],
    [{ low: { above: 1, below: 2 } }, 'must not be less than below'],
    [{ high: both.high, low: { below: 31, above: 32 } }, 'must not be greater than high.above'],
    [{ high: { above: 30 } }, 'below'],
    [{ ...both, value: 'a +' }, 'is no JSONata at character'],
  ])('lint refuses %j', async (given, said) => {
    const stages = { alarms: { from: 'readings', process: 'hysteresis', with: { value: 'celsius', ...given } } };
    const text = `name: greenhouse\ntopics: { readings: {} }\nstages: ${JSON.stringify(stages)}`;

    await expect(createTestDriver({ topology: text })).rejects.toThrow(said);
  });
});

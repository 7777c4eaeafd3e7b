import type { Arbitrary } from 'fast-check';
import { UserError, messageOf } from '../errors/pipeline-error.ts';
import { createTestDriver, type TestDriverOptions } from './create-test-driver.ts';
import { endOf, sameEnd, type RunEnd } from './run-end.ts';
import { act, sentenceOf, storyOf, type Poison, type Story } from './story.ts';
import type { TopologyTestDriver } from './test-driver.ts';
import type { TestInput } from './test-record.ts';

/** What is to be explored. */
export interface ExploreOptions extends Omit<TestDriverOptions, 'seed'> {
  /** Records by topic. Each run writes all of them, those of a topic in this order. */
  readonly input: Readonly<Record<string, readonly TestInput[]>>;
  /** Runs, default 100. */
  readonly runs?: number;
  /** The same seed tries the same stories; by chance when left out. */
  readonly seed?: number;
  /** Of an exploration that has failed: goes to its shortest story at once. */
  readonly path?: string;
  /**
   * Throws where a run has not ended well. Without it a run shall end as one without faults does: with the same records
   * in all topics where all stages are exactly-once, otherwise with a record of each `ce_id`.
   */
  readonly check?: (driver: TopologyTestDriver) => void | Promise<void>;
}

const RUNS = 100;

/**
 * Tries many orders of events: batches cut elsewhere, workers that die between any two steps, rebalances, brokers that
 * refuse, calls that are slow or fail and are tried again, records that a stage fails at always, time that passes. What fails is made shorter until nothing can be left out.
 * @throws UserError TEST_EXPLORATION_FAILED with the shortest story
 */
export async function explore({ runs = RUNS, seed, path, ...options }: ExploreOptions): Promise<void> {
  const { default: fc } = await import('fast-check'); // only who explores needs it
  const calmEnds = new CalmEnds(options);
  const { plan } = await calmEnds.with(null);
  // What a check of the user says of records that fail always, nobody knows.
  const keys = options.check ? [] : keysOf(options);
  const stories: Arbitrary<Story> = storyOf(fc, { plan, topics: Object.keys(options.input), keys });
  const property = fc.asyncProperty(stories, async (story) => tell(story, options, await calmEnds.with(story.poison)));
  const given = { ...(seed !== undefined && { seed }), ...(path !== undefined && { path }) };
  const result = await fc.check(property, { numRuns: runs, ...given });
  if (!result.failed) return;
  const [story] = result.counterexample ?? [];
  const again = `explore({ seed: ${result.seed}, path: '${result.counterexamplePath ?? ''}', ... }) tells it again`;
  const sentence = `run ${result.numRuns} of ${runs} has not ended well: ${messageOf(result.errorInstance)}`;
  const lines = story ? sentenceOf(story) : [];
  throw new UserError('TEST_EXPLORATION_FAILED', [sentence, ...lines, again].join('\n'), {
    cause: result.errorInstance,
  });
}

type Given = Omit<ExploreOptions, 'runs' | 'seed' | 'path'>;

/** How runs end in which nothing goes wrong but what is poisoned. */
class CalmEnds {
  readonly #options: Given;
  readonly #known = new Map<string, Promise<RunEnd>>();

  constructor(options: Given) {
    this.#options = options;
  }

  with(poison: Poison | null): Promise<RunEnd> {
    const name = JSON.stringify(poison);
    const known = this.#known.get(name) ?? endOfCalmRun(this.#options, poison);
    this.#known.set(name, known);
    return known;
  }
}

function keysOf({ input }: Given): readonly string[] {
  const keys = Object.values(input).flatMap((records) => records.map(({ key }) => key?.toString()));
  return [...new Set(keys)].filter((key) => key !== undefined);
}

async function endOfCalmRun(options: Given, poison: Poison | null): Promise<RunEnd> {
  const driver = await createTestDriver(options);
  try {
    if (poison) driver.poison(poison.stage, { key: poison.key });
    for (const [topic, records] of Object.entries(options.input)) await driver.pipeInput(topic, records);
    return endOf(driver);
  } finally {
    await driver.close();
  }
}

/** Runs a story to its end: the records that it does not mention come last. */
async function tell(story: Story, options: Given, calm: RunEnd): Promise<void> {
  const seeded = story.schedule === 0 ? {} : { seed: story.schedule };
  const driver = await createTestDriver({ ...options, ...seeded });
  try {
    const left = new Map(Object.entries(options.input).map(([topic, records]) => [topic, [...records]]));
    if (story.poison) driver.poison(story.poison.stage, { key: story.poison.key });
    const failures = new Map(driver.plan.stages.map(({ name, onError }) => [name, onError.retries]));
    for (const one of story.acts) await act(one, { driver, left, failures });
    for (const [topic, records] of left) await driver.send(topic, records);
    await driver.settle();
    if (options.check) await options.check(driver);
    else sameEnd(calm, endOf(driver));
  } finally {
    await driver.close().catch(() => undefined); // what went wrong before is what counts
  }
}

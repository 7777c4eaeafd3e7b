import type fastCheck from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { RetriableError } from '../errors/pipeline-error.ts';
import { formatDuration } from '../topology/duration.ts';
import type { Plan } from '../topology/plan.ts';
import type { BrokerRequest, CrashPlace } from './driver-faults.ts';
import type { TopologyTestDriver } from './test-driver.ts';
import type { TestInput } from './test-record.ts';

/** One thing that happens. */
export type Act =
  | { readonly does: 'put'; readonly topic: string; readonly records: number }
  | { readonly does: 'run'; readonly turns: number }
  | { readonly does: 'advance'; readonly ms: number }
  | { readonly does: 'crash'; readonly stage: string; readonly at: CrashPlace | 'now' }
  | { readonly does: 'rebalance'; readonly stage: string }
  | { readonly does: 'refuse'; readonly stage: string; readonly on: BrokerRequest; readonly times: number }
  | { readonly does: 'slow'; readonly stage: string; readonly ms: number }
  | { readonly does: 'fail'; readonly stage: string; readonly afterwards: boolean };

/** Records of a key that a stage fails at, at every try. */
export interface Poison {
  readonly stage: string;
  readonly key: string;
}

/** What stories are about. */
export interface Scene {
  readonly plan: Plan;
  readonly topics: readonly string[];
  readonly keys: readonly string[];
}

/** A run while a story is told. */
export interface Telling {
  readonly driver: TopologyTestDriver;
  /** Records by topic that were not put yet. */
  readonly left: ReadonlyMap<string, TestInput[]>;
  /** Failures by stage that its retries may still meet: with more the record would be a dead letter. */
  readonly failures: Map<string, number>;
}

/** What happens in a run, one after the other; a schedule of 0 lets everything happen as soon as it can. */
export interface Story {
  readonly schedule: number;
  readonly poison: Poison | null;
  readonly acts: readonly Act[];
}

const MOST_ACTS = 16;
const MOST_SCHEDULES = 1_000_000;
const REFUSAL = 'NOT_LEADER_OR_FOLLOWER';
const LONGEST_CALL_MS = 10_000;
const FAILURE = 'failed by the test';

/** Stories about a topology. Shorter ones, and those with less that goes wrong, are the simpler ones. */
export function storyOf(fc: typeof fastCheck, { plan, topics, keys }: Scene): Arbitrary<Story> {
  const { stages } = plan;
  const stage = fc.constantFrom(...stages.map(({ name }) => name));
  const at = fc.constantFrom('now', 'afterCommit', 'beforeWrite', 'afterWrite', 'beforeCommit');
  const on = fc.constantFrom<BrokerRequest[]>('write', 'commit');
  const acts: Arbitrary<Act>[] = [
    fc.record({ does: fc.constant('put'), topic: fc.constantFrom(...topics), records: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ does: fc.constant('run'), turns: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ does: fc.constant('advance'), ms: fc.integer({ min: 1, max: 120 }).map((seconds) => seconds * 1000) }),
    fc.record({ does: fc.constant('rebalance'), stage }),
    fc.record({ does: fc.constant('crash'), stage, at: at }),
    fc.record({ does: fc.constant('refuse'), stage, on, times: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ does: fc.constant('slow'), stage, ms: fc.integer({ min: 1, max: LONGEST_CALL_MS }) }),
    fc.record({ does: fc.constant('fail'), stage, afterwards: fc.boolean() }),
  ];
  const schedule = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MOST_SCHEDULES }));
  const poison = poisonOf(fc, { plan, keys });
  return fc.record({ schedule, poison, acts: fc.array(fc.oneof(...acts), { maxLength: MOST_ACTS }) });
}

/** One in a few stories has some; a stage that ends at its first failure has none. */
function poisonOf(fc: typeof fastCheck, { plan, keys }: Pick<Scene, 'plan' | 'keys'>): Arbitrary<Poison | null> {
  const stages = plan.stages.filter(({ onError }) => onError.then !== 'fail').map(({ name }) => name);
  if (stages.length === 0 || keys.length === 0) return fc.constant(null);
  const poison = fc.record({ stage: fc.constantFrom(...stages), key: fc.constantFrom(...keys) });
  return fc.option(poison, { nil: null, freq: 1 });
}

/** Lets one thing happen. */
export async function act(one: Act, { driver, left, failures }: Telling): Promise<void> {
  switch (one.does) {
    case 'put':
      return driver.send(one.topic, left.get(one.topic)?.splice(0, one.records) ?? []);
    case 'run':
      for (let turn = 0; turn < one.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      return;
    case 'advance':
      return driver.advanceTime(one.ms);
    case 'crash':
      return driver.crash(one.stage, one.at === 'now' ? {} : { at: one.at });
    case 'rebalance':
      return driver.rebalance(one.stage);
    case 'refuse': {
      driver.brokerError(one.stage, { error: REFUSAL, on: one.on, times: one.times });
      return;
    }
    case 'slow': {
      const timeoutMs = driver.plan.stages.find(({ name }) => name === one.stage)?.timeoutMs ?? LONGEST_CALL_MS;
      driver.slow(one.stage, { byMs: Math.min(one.ms, Math.floor(timeoutMs / 2)) });
      return;
    }
    case 'fail': {
      const many = failures.get(one.stage) ?? 0;
      const error = new RetriableError('PROCESSING_FAILED', FAILURE);
      if (many > 0) driver.poison(one.stage, { error, afterwards: one.afterwards });
      failures.set(one.stage, many - 1);
      return;
    }
  }
}

/** A story as people read it, line by line. */
export function sentenceOf({ schedule, poison, acts }: Story): readonly string[] {
  const poisoned = poison ? [`${poison.stage} fails at every record of key ${poison.key}`] : [];
  const lines = [...poisoned, ...acts.map(actSentence), 'the other records are put'];
  const chance = schedule === 0 ? [] : [`  (requests take turns by schedule ${schedule})`];
  return [...lines.map((line, index) => `  ${index + 1}. ${line}`), ...chance];
}

function actSentence(one: Act): string {
  switch (one.does) {
    case 'put':
      return `${one.records} ${one.records === 1 ? 'record is' : 'records are'} put into ${one.topic}`;
    case 'run':
      return `everything runs for ${one.turns} ${one.turns === 1 ? 'turn' : 'turns'} of the event loop`;
    case 'advance':
      return `${formatDuration(one.ms)} pass`;
    case 'crash':
      return one.at === 'now' ? `${one.stage} dies` : `${one.stage} shall die at its next chance, ${one.at}`;
    case 'rebalance':
      return `the group of ${one.stage} rebalances`;
    case 'refuse':
      return `the broker refuses a ${one.on} of ${one.stage} ${one.times === 1 ? 'once' : `${one.times} times`}`;
    case 'slow':
      return `the next call of ${one.stage} takes ${formatDuration(one.ms)}`;
    case 'fail':
      return `the next call of ${one.stage} fails${one.afterwards ? ' when its work is done' : ''}, and is tried again`;
  }
}

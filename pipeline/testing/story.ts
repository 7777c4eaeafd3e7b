import type fastCheck from 'fast-check';
import type { Arbitrary } from 'fast-check';
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
  | { readonly does: 'refuse'; readonly stage: string; readonly on: BrokerRequest; readonly times: number };

/** What happens in a run, one after the other; a schedule of 0 lets everything happen as soon as it can. */
export interface Story {
  readonly schedule: number;
  readonly acts: readonly Act[];
}

const MOST_ACTS = 16;
const MOST_SCHEDULES = 1_000_000;
const REFUSAL = 'NOT_LEADER_OR_FOLLOWER';

/** Stories about a topology. Shorter ones, and those with less that goes wrong, are the simpler ones. */
export function storyOf(fc: typeof fastCheck, { stages }: Plan, topics: readonly string[]): Arbitrary<Story> {
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
  ];
  const schedule = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: MOST_SCHEDULES }));
  return fc.record({ schedule, acts: fc.array(fc.oneof(...acts), { maxLength: MOST_ACTS }) });
}

/** Lets one thing happen; `left` are the records that were not put yet. */
export async function act(one: Act, driver: TopologyTestDriver, left: Map<string, TestInput[]>): Promise<void> {
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
  }
}

/** A story as people read it, line by line. */
export function sentenceOf({ schedule, acts }: Story): readonly string[] {
  const lines = [...acts.map(actSentence), 'the other records are put'];
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
  }
}

import type { Plan } from '../topology/plan.ts';
import { listed } from '../topology/suggest.ts';
import type { TopologyTestDriver } from './test-driver.ts';

/** What all stages have written when a run has ended. */
export interface RunEnd {
  readonly plan: Plan;
  /** Records of each output topic, in an order of no meaning. */
  readonly written: ReadonlyMap<string, readonly string[]>;
}

/** How a run has ended: under exactly-once with these records, otherwise with a record of each of these ids. */
export function endOf(driver: TopologyTestDriver): RunEnd {
  const { plan } = driver;
  const isExact = plan.stages.every(({ guarantee }) => guarantee === 'exactly-once');
  const topics = new Set(plan.stages.flatMap(({ to }) => Object.values(to)));
  const written = [...topics].map((topic): [string, readonly string[]] => {
    const records = driver.readOutput(topic);
    const ids = new Set(records.map(({ headers }) => headers['ce_id'] ?? ''));
    const contents = records.map(({ key, value }) => JSON.stringify({ key, value }));
    return [topic, (isExact ? contents : [...ids]).sort()];
  });
  const letters = plan.stages.map(({ name }): [string, readonly string[]] => {
    const found = driver.deadLetters(name).map(({ key, value }) => JSON.stringify({ key, value }));
    return [`the dead letters of ${name}`, (isExact ? found : [...new Set(found)]).sort()];
  });
  return { plan, written: new Map([...written, ...letters]) };
}

/** @throws where a run has ended otherwise than the calm one. */
export function sameEnd(calm: RunEnd, end: RunEnd): void {
  for (const [where, expected] of calm.written) {
    const found = end.written.get(where) ?? [];
    const missing = without(expected, found);
    const surplus = without(found, expected);
    if (missing.length + surplus.length === 0) continue;
    const told = [
      ...(missing.length > 0 ? [`lacks ${listed(missing.slice(0, 3))}`] : []),
      ...(surplus.length > 0 ? [`has ${listed(surplus.slice(0, 3))} too much`] : []),
    ];
    throw new Error(`${where} ${told.join(' and ')}, compared with a run without faults`);
  }
}

/** What is left of a list when each entry of another has taken one of it away. */
function without(list: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  return list.filter((one) => {
    const count = counts.get(one) ?? 0;
    counts.set(one, count - 1);
    return count <= 0;
  });
}

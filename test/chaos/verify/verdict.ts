import type { Guarantee } from '../cells.ts';
import type { ChaosTopology } from '../chaos-topology.ts';
import {
  changelogStates,
  compareRecords,
  differences,
  largestOutputs,
  lastOutputs,
  undercounted,
  wrongOutputs,
} from './findings.ts';
import { commitsBack, openTransactions } from './internal-topics.ts';
import { readTopic, type Isolation, type Row } from './kcat.ts';
import { recompute, type Windows } from './recomputation.ts';

export interface Claim {
  readonly bootstrap: string;
  readonly topology: ChaosTopology;
  readonly guarantee: Guarantee;
  readonly windows: Windows;
  /** Records below this number were acknowledged to whoever wrote them. */
  readonly acknowledged: number;
}

export interface Verdict {
  readonly input: number;
  readonly output: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly disordered: number;
  readonly wrongWindows: number;
  readonly aborted: number;
  readonly open: number;
  /** What breaks the guarantee; empty when it was kept. */
  readonly faults: readonly string[];
  /** What is allowed, and worth knowing. */
  readonly remarks: readonly string[];
}

/** All that is judged, as kcat reads it. */
export interface Evidence {
  readonly in: readonly Row[];
  readonly mid: readonly Row[];
  readonly out: readonly Row[];
  readonly changelog: readonly Row[];
  readonly offsets: readonly Row[];
  readonly transactions: readonly Row[];
  /** Records that only a reader of uncommitted ones sees. */
  readonly aborted: number;
}

const SHOWN = 5;

export async function verify(claim: Claim): Promise<Verdict> {
  return judge(await gather(claim), claim);
}

async function gather({ bootstrap, topology }: Claim): Promise<Evidence> {
  const { topics, changelog } = topology;
  const read = (topic: string, isolation?: Isolation): Promise<Row[]> =>
    readTopic({ bootstrap, topic, ...(isolation && { isolation }) });
  const committed = {
    in: await read(topics.in),
    mid: await read(topics.mid),
    out: await read(topics.out),
    changelog: await read(changelog),
    offsets: await read('__consumer_offsets'),
    transactions: await read('__transaction_state').catch(() => []), // there is none before the first transaction
  };
  let aborted = -(committed.mid.length + committed.out.length + committed.changelog.length);
  for (const topic of [topics.mid, topics.out, changelog]) aborted += (await read(topic, 'read_uncommitted')).length;
  return { ...committed, aborted };
}

/** Holds what was read against what is computed anew from the input. */
export function judge(evidence: Evidence, { guarantee, topology, windows, acknowledged }: Claim): Verdict {
  const expected = recompute(evidence.in, windows);
  const [mid, out] = [compareRecords(expected.passed, evidence.mid), compareRecords(expected.counted, evidence.out)];
  const fed = new Set([...expected.passed.values()].flat());
  const again = [...expected.passed.values()].flatMap((numbers) => numbers.filter((n, at) => numbers.indexOf(n) < at));
  const unfed = Array.from({ length: acknowledged }, (_, number) => number).filter((number) => !fed.has(number));
  const last = lastOutputs(evidence.out);
  const logged = changelogStates(evidence.changelog);
  const found = {
    'acknowledged, but not in the input': unfed,
    'lost between the stages': mid.lost,
    'lost in the output': out.lost,
    'out of order between the stages': mid.disordered,
    'out of order in the output': out.disordered,
    'that nobody asked for': [...mid.strange, ...out.strange],
    'transactions left open': openTransactions(evidence.transactions, `${topology.name}.`),
    'commits that went back': commitsBack(evidence.offsets, `${topology.name}.`).map(
      ({ partition, from, to }) => `${partition} from ${from} to ${to}`,
    ),
  };
  const exact = {
    'duplicated between the stages': mid.duplicated,
    'duplicated in the output': out.duplicated,
    'outputs with a wrong count or sum': wrongOutputs(expected.outputs, evidence.out),
    'windows whose last output is wrong': differences(expected.windows, last),
    'windows that are wrong in the changelog': differences(expected.open, logged),
  };
  const least = {
    'windows of which no output counts all': undercounted(expected.windows, largestOutputs(evidence.out)),
  };
  const allowed = {
    ...exact,
    'windows whose last output counts too few': undercounted(expected.windows, last),
    'windows that count too few in the changelog': undercounted(expected.open, logged),
  };
  const isExact = guarantee === 'exactly-once';
  const wrong = isExact ? exact : least;
  return {
    input: evidence.in.length,
    output: evidence.out.length,
    lost: mid.lost.length + out.lost.length + unfed.length,
    duplicated: mid.duplicated.length + out.duplicated.length,
    disordered: mid.disordered.length + out.disordered.length,
    wrongWindows: Object.entries(wrong).reduce(
      (sum, [name, list]) => sum + (name.startsWith('windows') ? list.length : 0),
      0,
    ),
    aborted: evidence.aborted,
    open: found['transactions left open'].length,
    faults: sentences({ ...found, ...wrong }),
    remarks: sentences({ 'that the feed wrote again': again, ...(!isExact && allowed) }),
  };
}

function sentences(findings: Readonly<Record<string, readonly (number | string)[]>>): string[] {
  return Object.entries(findings)
    .filter(([, list]) => list.length > 0)
    .map(
      ([what, list]) =>
        `${list.length} ${what}: ${list.slice(0, SHOWN).join('; ')}${list.length > SHOWN ? ' ...' : ''}`,
    );
}

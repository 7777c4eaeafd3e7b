import { describe, expect, it } from 'vitest';
import { loadBuiltIns } from '../../../pipeline/registry/built-ins.ts';
import { buildPlan } from '../../../pipeline/topology/build-plan.ts';
import {
  changesOf,
  refusedOf,
  renamingsOf,
  resetChangelogs,
  type BrokerFacts,
  type Change,
} from '../../../pipeline/topology/changes/index.ts';
import { parseTopology } from '../../../pipeline/topology/parse.ts';
import type { Plan } from '../../../pipeline/topology/plan.ts';

const builtIns = await loadBuiltIns();
const TOPICS = 'topics: { in: {}, other: {} }';
const FILTER = "a: { from: in, process: filter, to: mid, with: { where: 'true' } }";
const COUNT = 'c: { from: mid, process: aggregate, to: out, with: { compute: { n: count } } }';
const BASE = [TOPICS, 'stages:', `  ${FILTER}`, `  ${COUNT}`];

function plan(...yaml: readonly string[]): Plan {
  const { root } = parseTopology(['name: t', ...yaml].join('\n'), 't.yaml');
  return buildPlan(root, '/home/me/t.yaml', builtIns);
}

/** A broker that has all topics of a plan as planned, and where all groups have read all but so many records. */
function facts({ topics, stages, taps }: Plan, unread: Readonly<Record<string, number>> = {}): BrokerFacts {
  const found = { records: 7, alterations: [], destructive: [], conflicts: [] };
  return {
    topics: new Map(topics.map(({ name, partitions }) => [name, { ...found, partitions }])),
    groups: new Map([
      ...stages.map(({ group, from }) => [group, new Map(from.map((topic) => [topic, unread[group] ?? 0]))] as const),
      ...taps.map(({ group, on }) => [group, new Map([[on, unread[group] ?? 0]])] as const),
    ]),
  };
}

function diff(before: Plan, after: Plan, unread: Readonly<Record<string, number>> = {}): readonly Change[] {
  return changesOf({ before, after, facts: facts(before, unread) });
}

const short = ({ of, name, what }: Change): string => `${what} ${of} ${name}`;
const swap = (from: string, to: string): readonly string[] => BASE.map((line) => line.replace(from, to));
const stageOf = (changes: readonly Change[]): Change | undefined => changes.find(({ of }) => of === 'stage');

describe('changes of a topology', () => {
  it('are none where the file says the same, in whatever order of keys', () => {
    const turned = swap(FILTER, "a: { with: { where: 'true' }, to: mid, process: filter, from: in }");

    expect(diff(plan(...BASE), plan(...turned))).toEqual([]);
  });

  it('are those of one stage, in the words of the file, when one stage is edited', () => {
    const edited = swap("where: 'true' }", "where: 'false' }, timeout: 5s, batch: { records: 9 }");

    expect(diff(plan(...BASE), plan(...edited))).toMatchObject([
      {
        of: 'stage',
        name: 'a',
        what: 'changed',
        details: ['with.where: true -> false', 'batch.records: 500 -> 9', 'timeout: 30s -> 5s'],
        offsets: 'kept',
        state: null,
        destroys: null,
      },
    ]);
  });

  it('leave all but the workers that come or go alone when only replicas change', () => {
    const [change] = diff(plan(...BASE), plan(...swap("where: 'true' }", "where: 'true' }, replicas: 2")));

    expect(change).toMatchObject({ details: ['replicas: 1 -> 2'] });
    expect(change?.effects).toEqual(['workers come or go, the others share the partitions']);
  });

  it('tell what is created and what is left behind', () => {
    const added = [
      ...BASE,
      '  b: { from: other, process: changed, to: news }',
      'taps: { t: { on: out, sink: console } }',
    ];

    expect(diff(plan(...BASE), plan(...added)).map(short)).toEqual([
      'created topic news',
      'created topic t-b-last-changelog',
      'created topic t.b.dlq',
      'created topic t.t.dlq',
      'created stage b',
      'created store b.last',
      'created tap t',
    ]);
    expect(diff(plan(...added), plan(...BASE)).map(short)).toEqual([
      'orphaned topic news',
      'orphaned topic t.b.dlq',
      'orphaned topic t.t.dlq',
      'removed stage b',
      'orphaned store b.last',
      'removed tap t',
      'orphaned group t.b',
    ]);
  });

  it('keep offsets and state of a stage with another name that says what it was', () => {
    const [before, after] = [plan(...BASE), plan(...swap('c: { from', 'd: { was: c, from'))];

    expect(stageOf(diff(before, after))).toMatchObject({
      name: 'd',
      what: 'renamed',
      offsets: 'kept',
      state: 'rebuilt',
      destroys: null,
    });
    expect(renamingsOf(before, after)).toMatchObject([
      {
        from: { group: 't.c' },
        to: { group: 't.d' },
        changelogs: [{ from: 't-c-aggregates-changelog', to: 't-d-aggregates-changelog' }],
      },
    ]);
    expect(diff(after, plan(...swap('c: {', 'd: {')))).toEqual([]); // `was` may go then
  });

  it('warn of a stage that looks renamed but does not say so, as it would read all again', () => {
    const changes = diff(plan(...BASE), plan(...swap('c: {', 'd: {')));

    expect(stageOf(changes)).toMatchObject({ name: 'd', what: 'created', offsets: 'lost' });
    expect(stageOf(changes)?.destroys).toBe('it reads 7 records again; if it is c under a new name, write was: c');
  });

  it('reset stores whose entries get another meaning, which destroys them', () => {
    const windows = (size: string): Plan =>
      plan(...swap('compute', `window: { type: tumbling, size: ${size} }, compute`));

    const changes = diff(windows('1m'), windows('2m'));

    expect(stageOf(changes)).toMatchObject({ state: 'lost', offsets: 'kept', destroys: null });
    expect(refusedOf(changes, []).map(short)).toEqual(['reset store c.windows', 'reset store c.clock']);
    expect(refusedOf(changes, ['c.windows', 'c.clock'])).toEqual([]);
    expect(resetChangelogs({ before: windows('1m'), after: windows('2m') })).toEqual([
      't-c-windows-changelog',
      't-c-clock-changelog',
    ]);
  });

  it('rebuild or keep state that is of use: options it does not depend on, memory, disk', () => {
    const verdict = (before: readonly string[], after: readonly string[]): Change['state'] | undefined =>
      stageOf(diff(plan(...before), plan(...after)))?.state;
    const more = (lines: readonly string[]): readonly string[] =>
      lines.map((line) => line.replace('n: count', 'n: count, sum: { sum: x }'));
    const disk = swap('with: { compute', 'state: disk, with: { compute');

    expect(verdict(BASE, more(BASE))).toBe('rebuilt');
    expect(verdict(BASE, disk)).toBe('rebuilt');
    expect(verdict(disk, more(disk))).toBe('kept');
  });

  it('lose state where the inputs have another number of partitions', () => {
    const elsewhere = swap('c: { from: mid', 'c: { from: wide');
    const changes = diff(
      plan(...BASE),
      plan('topics: { in: {}, other: {}, wide: { partitions: 5 } }', ...elsewhere.slice(1)),
    );

    expect(changes.find(({ what }) => what === 'reset')?.destroys).toContain('another number of partitions');
  });

  it('destroy something where records of an input that is left are still unread', () => {
    const elsewhere = plan(...swap('from: in', 'from: other'));

    expect(stageOf(diff(plan(...BASE), elsewhere))).toMatchObject({ offsets: 'lost', destroys: null });
    expect(stageOf(diff(plan(...BASE), elsewhere, { 't.a': 3 }))?.destroys).toBe('leaves 3 records of in unread');
  });

  it('say of a source that begins anew that it may write once more what it has read', () => {
    const lines = (path: string): Plan => plan(`sources: { s: { type: video, to: in, with: { path: ${path} } } }`);
    const synthetic = (fps: number): Plan => plan(`sources: { s: { type: synthetic, to: in, with: { fps: ${fps} } } }`);
    const tail = (path: string): Plan => plan(`sources: { s: { type: file-tail, to: in, with: { path: ${path} } } }`);

    expect(diff(lines('a.mp4'), lines('b.mp4'))[0]?.destroys).toContain('once more');
    expect(diff(synthetic(1), synthetic(2))[0]).toMatchObject({ destroys: null, offsets: null });
    expect(diff(tail('a.log'), tail('b.log'))[0]).toMatchObject({ destroys: null, offsets: 'kept' });
  });

  it('tell of topics what the broker would be asked to do', () => {
    const wanted = plan(...BASE);
    const { topics, groups } = facts(wanted);
    const found = { partitions: 2, records: 0, alterations: ['x'], destructive: ['keys move'], conflicts: [] };
    const changes = changesOf({
      before: wanted,
      after: wanted,
      facts: { topics: new Map([...topics, ['mid', found]]), groups },
    });

    expect(changes.map(short)).toEqual(['changed topic mid']);
    expect(changes[0]?.destroys).toBe('keys move');
  });

  it('from nothing: groups that have committed go on, others begin', () => {
    const wanted = plan(...BASE);
    const nothing: BrokerFacts = { topics: new Map(), groups: new Map([['t.c', new Map()]]) };
    const changes = changesOf({ before: null, after: wanted, facts: nothing });

    expect(changes.filter(({ of }) => of === 'stage')).toMatchObject([
      { name: 'a', offsets: 'new' },
      { name: 'c', offsets: 'kept', state: 'rebuilt' },
    ]);
  });
});

import { randomUUID } from 'node:crypto';
import type { Admin } from '../../ports/admin.ts';
import type { PartitionReader } from '../../ports/partition-reader.ts';
import type { Producer } from '../../ports/producer.ts';
import { changelogOf, stageGroupOf, tapGroupOf } from '../../topology/names.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';
import type { Renaming } from '../../topology/changes/index.ts';
import { IDENTITY_KEY } from '../changelog-state.ts';

/** What carrying over needs of Kafka. */
export interface CarryTools {
  readonly admin: Admin;
  readonly reader: PartitionReader;
  readonly producer: Producer;
}

/**
 * Takes what a stage or tap has under its old name over to the new one: its changelogs, which are copied, then its
 * offsets. Nobody may be in either group. It may be done again, as the offsets come last.
 */
export async function carryOver({ from, to, changelogs }: Renaming, tools: CarryTools, plan: Plan): Promise<void> {
  const topics = plan.topics.filter(({ name }) => changelogs.some((one) => one.to === name));
  await emptyTopics(
    topics.map(({ name }) => name),
    tools.admin,
    plan,
  );
  for (const changelog of changelogs) await copyChangelog(changelog, tools);
  const offsets = await tools.admin.groupOffsets(from.group);
  if (offsets.length > 0) await tools.admin.setOffsets(to.group, offsets);
}

/** Deletes topics and makes them anew. */
export async function emptyTopics(names: readonly string[], admin: Admin, { topics }: Plan): Promise<void> {
  const there = new Map((await admin.describeTopics(await thereOf(names, admin))).map((topic) => [topic.name, topic]));
  await admin.deleteTopics([...there.keys()]);
  const anew = topics.filter(({ name }) => names.includes(name));
  await admin.ensureTopics(
    anew.map((topic) => ({ ...topic, partitions: there.get(topic.name)?.partitions.length ?? topic.partitions })),
  );
}

/** Renamings that are due before anything runs: of parts whose group has committed nothing yet, but that of their old name has. */
export async function pendingRenamings(admin: Admin, plan: Plan): Promise<readonly Renaming[]> {
  const renamed = [
    ...plan.stages.flatMap((stage) =>
      stage.was === undefined ? [] : [{ was: stage.was, part: stage, group: stageGroupOf(plan.name, stage.was) }],
    ),
    ...plan.taps.flatMap((tap) =>
      tap.was === undefined ? [] : [{ was: tap.was, part: tap, group: tapGroupOf(plan.name, tap.was) }],
    ),
  ];
  const pending = await Promise.all(
    renamed.map(async ({ was, part, group }): Promise<Renaming | null> => {
      const [own, old] = await Promise.all([admin.groupOffsets(part.group), admin.groupOffsets(group)]);
      if (own.length > 0 || old.length === 0) return null;
      const changelogs = 'changelogs' in part ? await changelogsOf(part, { was, admin, plan }) : [];
      return { from: { name: was, group }, to: part, changelogs };
    }),
  );
  return pending.filter((one) => one !== null);
}

interface Old {
  readonly was: string;
  readonly admin: Admin;
  readonly plan: Plan;
}

async function changelogsOf({ changelogs }: StagePlan, { was, admin, plan }: Old): Promise<Renaming['changelogs']> {
  const pairs = Object.entries(changelogs).map(([store, to]) => ({ from: changelogOf(plan.name, was, store), to }));
  const there = await thereOf(
    pairs.map(({ from }) => from),
    admin,
  );
  return pairs.filter(({ from }) => there.includes(from));
}

async function thereOf(names: readonly string[], admin: Admin): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const all = await admin.listTopics();
  return all.filter((name) => names.includes(name));
}

/** Partition by partition, each entry where it was, but under an identity of its own: it is another changelog. */
async function copyChangelog(
  { from, to }: Renaming['changelogs'][number],
  { reader, producer, admin }: CarryTools,
): Promise<void> {
  const [described] = await admin.describeTopics([from]);
  for (const { partition } of described?.partitions ?? []) {
    const reading = await reader.open({ topic: from, partition }, new AbortController().signal);
    const place = { topic: to, partition, headers: {} };
    await producer.send([{ ...place, key: IDENTITY_KEY, value: randomUUID(), timestampMs: Date.now() }]);
    for await (const { records } of reading.batches()) {
      const entries = records.filter(({ key }) => !key?.equals(IDENTITY_KEY));
      const copies = entries.map(({ key, value, timestampMs }) => ({ ...place, key, value, timestampMs }));
      if (copies.length > 0) await producer.send(copies);
    }
  }
}

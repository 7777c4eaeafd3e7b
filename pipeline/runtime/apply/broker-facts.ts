import { compareTopic } from '../../kafka/topic-changes.ts';
import type { Admin, GroupOffset, TopicDescription } from '../../ports/admin.ts';
import { stageGroupOf, tapGroupOf } from '../../topology/names.ts';
import type { Plan, TopicPlan } from '../../topology/plan.ts';
import type { BrokerFacts, TopicFacts } from '../../topology/changes/index.ts';

/** Settings whose lowering deletes records. */
const DELETING = ['retention.ms', 'retention.bytes'];

/** Asks the broker what the changes from one plan to another depend on. */
export async function brokerFacts(admin: Admin, before: Plan | null, after: Plan): Promise<BrokerFacts> {
  const plans = before ? [before, after] : [after];
  const wanted = new Set(plans.flatMap(({ topics }) => topics.map(({ name }) => name)));
  const groups = [...new Set(plans.flatMap(groupsOf))];
  const [there, committed] = await Promise.all([
    admin.listTopics(),
    Promise.all(groups.map(async (group) => [group, await admin.groupOffsets(group)] as const)),
  ]);
  const described = new Map(
    (await admin.describeTopics(there.filter((name) => wanted.has(name)))).map((topic) => [topic.name, topic]),
  );
  const planned = new Map(after.topics.map((topic) => [topic.name, topic]));
  return {
    topics: new Map([...described].map(([name, topic]) => [name, topicFacts(topic, planned.get(name))])),
    groups: new Map(
      committed
        .filter(([, offsets]) => offsets.length > 0)
        .map(([group, offsets]) => [group, unreadOf(offsets, described)]),
    ),
  };
}

function groupsOf({ name, stages, taps }: Plan): readonly string[] {
  return [
    ...stages.flatMap(({ group, was }) => (was === undefined ? [group] : [group, stageGroupOf(name, was)])),
    ...taps.flatMap(({ group, was }) => (was === undefined ? [group] : [group, tapGroupOf(name, was)])),
  ];
}

function topicFacts({ partitions, config }: TopicDescription, plan: TopicPlan | undefined): TopicFacts {
  const records = partitions.reduce((sum, { low, high }) => sum + Number(high - low), 0);
  const facts = { partitions: partitions.length, records, alterations: [], destructive: [], conflicts: [] };
  if (!plan) return facts;
  const changes = compareTopic(plan, { partitions: partitions.length, settings: config });
  const raised =
    changes.partitions === null
      ? []
      : [`partitions ${partitions.length} -> ${changes.partitions}, for good: keys move to other partitions`];
  const settings = Object.entries(changes.settings).map(([name, value]) => {
    const old = config[name] ?? '';
    const sentence = `${name} ${old} -> ${value}`;
    return { sentence, deletes: DELETING.includes(name) && isLower(Number(value), Number(old)) };
  });
  return {
    ...facts,
    alterations: [...raised, ...settings.map(({ sentence }) => sentence)],
    destructive: [
      ...raised,
      ...settings.filter(({ deletes }) => deletes).map(({ sentence }) => `${sentence} deletes older records`),
    ],
    conflicts: changes.conflicts,
  };
}

/** -1 is unbounded. */
function isLower(value: number, old: number): boolean {
  return value >= 0 && (old < 0 || value < old);
}

function unreadOf(
  offsets: readonly GroupOffset[],
  topics: ReadonlyMap<string, TopicDescription>,
): ReadonlyMap<string, number> {
  const unread = new Map<string, number>();
  for (const name of new Set(offsets.map(({ topic }) => topic))) {
    const partitions = topics.get(name)?.partitions ?? [];
    const records = partitions.map(({ partition, low, high }) => {
      const next = offsets.find((one) => one.topic === name && one.partition === partition)?.offset ?? low;
      return Number(high - (next < low ? low : next));
    });
    unread.set(
      name,
      records.reduce((sum, one) => sum + Math.max(0, one), 0),
    );
  }
  return unread;
}

import type { Admin, TopicVerdict } from '../ports/admin.ts';
import type { Plan, StagePlan, TopicPlan } from '../topology/plan.ts';

/**
 * Makes the topics of a plan what it says. Changelogs come last: they get a partition for each task, of which there are
 * as many as an input really has partitions, which may be more than planned where the file does not name them.
 * @throws TopicConflictError
 */
export async function provision(admin: Admin, { topics, stages }: Plan): Promise<readonly TopicVerdict[]> {
  const changelogs = topics.filter(({ holds }) => holds === 'changes');
  const verdicts = await admin.ensureTopics(topics.filter(({ holds }) => holds !== 'changes'));
  if (changelogs.length === 0) return verdicts;
  const inputs = [...new Set(stages.filter(hasState).flatMap(({ from }) => from))];
  const counts = new Map(
    (await admin.describeTopics(inputs)).map(({ name, partitions }) => [name, partitions.length] as const),
  );
  const fitted = changelogs.map((changelog) => fit(changelog, { stages, counts }));
  return [...verdicts, ...(await admin.ensureTopics(fitted))];
}

function fit(
  changelog: TopicPlan,
  { stages, counts }: { readonly stages: readonly StagePlan[]; readonly counts: ReadonlyMap<string, number> },
): TopicPlan {
  const stage = stages.find(({ changelogs }) => Object.values(changelogs).includes(changelog.name));
  const tasks = Math.max(0, ...(stage?.from ?? []).map((topic) => counts.get(topic) ?? 0));
  if (tasks <= changelog.partitions) return changelog;
  return { ...changelog, partitions: tasks, explicit: [...changelog.explicit, 'partitions'] };
}

function hasState({ changelogs }: StagePlan): boolean {
  return Object.keys(changelogs).length > 0;
}

import type { Plan, TopicPlan } from '../../pipeline/topology/plan.ts';

/** The same plan on topics of its own: a broker that others use may already have topics of the plan's names. */
export function onOwnTopics(plan: Plan): Plan {
  const isOwn = (topic: string): boolean => topic.startsWith(`${plan.name}.`) || topic.startsWith(`${plan.name}-`);
  const own = (topic: string): string => (isOwn(topic) ? topic : `${plan.name}.${topic}`);
  return {
    ...plan,
    topics: plan.topics.map((topic): TopicPlan => ({ ...topic, name: own(topic.name) })),
    sources: plan.sources.map((source) => ({ ...source, to: own(source.to) })),
    stages: plan.stages.map((stage) => ({
      ...stage,
      from: stage.from.map(own),
      to: Object.fromEntries(Object.entries(stage.to).map(([output, topic]) => [output, own(topic)])),
    })),
    taps: plan.taps.map((tap) => ({ ...tap, on: own(tap.on) })),
  };
}

import type { TopicPlan } from '../topology/plan.ts';

/** A topic as it is: its partitions and the settings that differ from the broker's defaults or not. */
export interface ExistingTopic {
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** What is to be done about an existing topic. */
export interface TopicChanges {
  /** New number of partitions, or null to leave it. */
  readonly partitions: number | null;
  /** Settings to change; all others keep their value. */
  readonly settings: Readonly<Record<string, string>>;
  /** What cannot be changed, one sentence each with its mend. */
  readonly conflicts: readonly string[];
  /** What is changed or left different, one sentence each. */
  readonly notes: readonly string[];
}

type PlannedSetting = 'retentionMs' | 'retentionBytes' | 'segmentBytes' | 'maxMessageBytes';

/** Names of the planned settings in Kafka. */
export const SETTING_NAMES: Readonly<Record<PlannedSetting, string>> = {
  retentionMs: 'retention.ms',
  retentionBytes: 'retention.bytes',
  segmentBytes: 'segment.bytes',
  maxMessageBytes: 'max.message.bytes',
};

const PLANNED: readonly PlannedSetting[] = ['retentionMs', 'retentionBytes', 'segmentBytes', 'maxMessageBytes'];
/** A topic with less than planned could not take its records. */
const RAISED_IF_LOWER = new Set<PlannedSetting>(['segmentBytes', 'maxMessageBytes']);

/** The settings a new topic gets, as Kafka names them. */
export function settingsOf(plan: TopicPlan): Record<string, string> {
  const settings = Object.fromEntries(PLANNED.map((setting) => [SETTING_NAMES[setting], String(plan[setting])]));
  return isCompacted(plan) ? { ...settings, 'cleanup.policy': 'compact' } : settings;
}

/**
 * Compares an existing topic with its plan. What the topology names itself is made so; what is only a default stays as
 * the topic has it, unless records would not fit.
 */
export function compareTopic(plan: TopicPlan, existing: ExistingTopic): TopicChanges {
  const partitions = comparePartitions(plan, existing);
  const settings: Record<string, string> = {};
  const notes = [...partitions.notes];
  for (const setting of PLANNED) {
    const name = SETTING_NAMES[setting];
    const has = Number(existing.settings[name]);
    const planned = plan[setting];
    if (has === planned) continue;
    if (plan.explicit.includes(setting) || (RAISED_IF_LOWER.has(setting) && has < planned)) {
      settings[name] = String(planned);
      notes.push(`${name} was ${has}, now ${planned}.`);
    } else notes.push(`${name} is ${has} and stays so; the default would be ${planned}.`);
  }
  if (isCompacted(plan) && existing.settings['cleanup.policy'] === 'delete') {
    settings['cleanup.policy'] = 'compact';
    notes.push('cleanup.policy was delete, now compact: it keeps the state of a stage or the positions of a source.');
  }
  return { ...partitions, settings, notes };
}

/** Of these topics the last record of each key is kept for ever. */
function isCompacted({ holds }: TopicPlan): boolean {
  return holds === 'changes' || holds === 'positions';
}

function comparePartitions(
  { name, partitions: planned, explicit }: TopicPlan,
  { partitions: has }: ExistingTopic,
): Omit<TopicChanges, 'settings'> {
  const nothing = { partitions: null, conflicts: [], notes: [] };
  if (has === planned) return nothing;
  if (!explicit.includes('partitions')) {
    return { ...nothing, notes: [`It has ${has} partitions and keeps them; the default would be ${planned}.`] };
  }
  if (has < planned) {
    const note = `Partitions were ${has}, now ${planned}; keys may have moved to other partitions.`;
    return { ...nothing, partitions: planned, notes: [note] };
  }
  const conflict =
    `topic "${name}" has ${has} partitions, the topology says ${planned}, and Kafka cannot remove any; ` +
    `write partitions: ${has}, or delete the topic (its records are lost)`;
  return { ...nothing, conflicts: [conflict] };
}

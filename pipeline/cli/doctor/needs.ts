import type { Uses } from '../../ports/inspector.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';

/** A part that writes in transactions, and the topics others may read of it. */
export interface Transactional {
  readonly name: string;
  readonly topics: readonly string[];
}

/** Weights of a detector. */
export interface NeededModel {
  /** Processor that detects with them. */
  readonly processor: string;
  /** Their folder, as the file names it; undefined is the cache. */
  readonly folder: string | undefined;
}

/** What a topology asks of machine and broker. */
export interface Needs {
  /** Stages under exactly-once, and sources that write their positions with their records. */
  readonly exactlyOnce: readonly Transactional[];
  readonly atLeastOnce: readonly StagePlan[];
  /** Compacted topics that keep state and positions. */
  readonly changelogs: readonly string[];
  readonly largestRecordBytes: number;
  /** The topic of that record. */
  readonly largestTopic: string;
  /** Most bytes the limits of the topics let the broker keep; null where a topic has no limit. */
  readonly brokerBytes: number | null;
  readonly keepsStateOnDisk: boolean;
  /** Sources that read video. */
  readonly videoSources: readonly string[];
  readonly models: readonly NeededModel[];
}

const VIDEO = new Set(['video', 'webcam', 'rtsp']);
const DETECTORS = new Set(['coco-ssd', 'faces']);

export function needsOf({ topics, stages, sources }: Plan): Needs {
  const [largest] = topics.toSorted((a, b) => b.maxMessageBytes - a.maxMessageBytes);
  const unbounded = topics.some(({ retentionBytes }) => retentionBytes < 0);
  return {
    exactlyOnce: [
      ...sources
        .filter(({ positions }) => positions !== null)
        .map(({ name, to, deadLetterTopic }) => ({ name, topics: [to, deadLetterTopic] })),
      ...stages
        .filter(({ guarantee }) => guarantee === 'exactly-once')
        .map(({ name, to, deadLetterTopic }) => ({ name, topics: [...Object.values(to), deadLetterTopic] })),
    ],
    atLeastOnce: stages.filter(({ guarantee }) => guarantee === 'at-least-once'),
    changelogs: topics.filter(({ holds }) => holds === 'changes' || holds === 'positions').map(({ name }) => name),
    largestRecordBytes: largest?.maxMessageBytes ?? 0,
    largestTopic: largest?.name ?? '',
    brokerBytes: unbounded
      ? null
      : topics.reduce((sum, topic) => sum + topic.partitions * (topic.retentionBytes + topic.segmentBytes), 0),
    keepsStateOnDisk: stages.some(({ state, changelogs }) => state === 'disk' && Object.keys(changelogs).length > 0),
    videoSources: sources.filter(({ type }) => VIDEO.has(type)).map(({ name }) => name),
    models: modelsOf(stages),
  };
}

function modelsOf(stages: readonly StagePlan[]): readonly NeededModel[] {
  const needed = new Map<string, NeededModel>();
  for (const { process, options } of stages) {
    if (!DETECTORS.has(process)) continue;
    const folder = (options as { modelDirectory?: string }).modelDirectory;
    needed.set(JSON.stringify([process, folder]), { processor: process, folder });
  }
  return [...needed.values()];
}

/** What a topology does with topics, groups and transactions; `missing` are topics it has to create. */
export function usesOf({ sources, stages, taps }: Plan, missing: readonly string[]): Uses {
  const positions = sources.flatMap((source) => source.positions ?? []);
  const kept = [
    ...stages.flatMap(({ changelogs }) => Object.values(changelogs)),
    ...positions.map(({ topic }) => topic),
  ];
  const deadLetters = [...sources, ...stages, ...taps].map(({ deadLetterTopic }) => deadLetterTopic);
  const outputs = [...sources.map(({ to }) => to), ...stages.flatMap(({ to }) => Object.values(to))];
  const there = (topics: readonly string[]): string[] => [...new Set(topics)].filter((name) => !missing.includes(name));
  const transactional = stages.filter(({ guarantee }) => guarantee === 'exactly-once');
  return {
    creates: missing,
    reads: there([...stages.flatMap(({ from }) => from), ...taps.map(({ on }) => on), ...kept]),
    writes: there([...outputs, ...kept, ...deadLetters]),
    groups: [...stages, ...taps].map(({ group }) => group),
    transactionalIds: [...transactional.map(({ group }) => group), ...positions.map((one) => one.transactionalId)].map(
      (id) => `${id}.doctor`, // those of tasks end in a number
    ),
  };
}

import { errorAt, warningAt, type Finding } from '../finding.ts';
import { cyclesOf } from '../flow.ts';
import type { Part, TopicUse } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { placeOfKey } from '../located.ts';
import { atLine } from './check-topics.ts';

/** How parts hang together: names, loops, topics named twice, and whether there is anything to run. */
export function checkFlow(context: LintContext): readonly Finding[] {
  const { parts, root } = context;
  if (parts.length === 0) {
    const message = 'the topology has no source, no stage and no tap; add a source and a stage that reads its topic';
    return [errorAt(placeOfKey(root, []), { code: 'TOPOLOGY_EMPTY', message })];
  }
  return [...takenNames(parts), ...parts.flatMap(selfLoops), ...parts.flatMap(duplicateTopics), ...cycles(parts)];
}

function takenNames(parts: readonly Part[]): readonly Finding[] {
  const first = new Map<string, Part>();
  return parts.flatMap((part) => {
    const other = first.get(part.name);
    if (!other) first.set(part.name, part);
    if (!other || other.kind === part.kind) return [];
    const message = `${called(part)} has the name of ${called(other)}${atLine(other.keyPlace, part.keyPlace)}, so both would share one dead letter topic; rename one of them`;
    return [errorAt(part.keyPlace, { code: 'TOPOLOGY_NAME_TAKEN', message, related: other.keyPlace })];
  });
}

function selfLoops(part: Part): readonly Finding[] {
  return part.writes.flatMap(({ topic, place }) => {
    const input = part.reads.find((read) => read.topic === topic);
    if (!input) return [];
    const message = `${called(part)} writes "${topic}", which it reads${atLine(input.place, place)}; write to another topic`;
    return [errorAt(place, { code: 'TOPOLOGY_SELF_LOOP', message, related: input.place })];
  });
}

function duplicateTopics(part: Part): readonly Finding[] {
  return [...repeated(part, 'reads'), ...repeated(part, 'writes')];
}

/** Reading twice is a slip; two outputs into one topic may be meant, but then consumers cannot tell them apart. */
function repeated(part: Part, verb: 'reads' | 'writes'): readonly Finding[] {
  const seen = new Map<string, TopicUse>();
  return part[verb].flatMap((use) => {
    const first = seen.get(use.topic);
    if (!first) seen.set(use.topic, use);
    if (!first) return [];
    const message = `${called(part)} ${verb} "${use.topic}" twice, first${atLine(first.place, use.place)}; remove one of them`;
    const fault = { code: 'TOPOLOGY_DUPLICATE_TOPIC', message, related: first.place } as const;
    return [verb === 'reads' ? errorAt(use.place, fault) : warningAt(use.place, fault)];
  });
}

function cycles(parts: readonly Part[]): readonly Finding[] {
  const stages = parts.filter(({ kind }) => kind === 'stage');
  const steps = stages.map(({ name, reads, writes }) => ({
    name,
    reads: reads.map(({ topic }) => topic),
    writes: writes.map(({ topic }) => topic),
  }));
  return cyclesOf(steps).flatMap((names) => {
    const stage = stages.find(({ name }) => name === names[0]);
    if (!stage) return [];
    const circle = [...names, stage.name].join(' -> ');
    const message = `the stages ${circle} feed each other in a circle; make sure that one of them lets records end`;
    return [warningAt(stage.keyPlace, { code: 'TOPOLOGY_CYCLE', message })];
  });
}

import { repartitionTopicOf } from '../names.ts';
import type { Plan, SourcePlan, StagePlan, TapPlan, TopicPlan } from '../plan.ts';
import type { Registry } from '../registry.ts';

export type FlowNodeKind = 'source' | 'topic' | 'stage' | 'tap' | 'internal' | 'deadLetters';

/** A part or a topic, as a drawing shows it. */
export interface FlowNode {
  /** Kind and name: unique, as topics and parts may have one name. */
  readonly id: string;
  readonly kind: FlowNodeKind;
  readonly name: string;
  /** What it is, in a word or two. */
  readonly text: string;
}

/** Records go from one node to the other. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  /** flow: what the file says; aside: dead letters, changelogs and positions. */
  readonly kind: 'flow' | 'aside';
  /** Name of the output, where it is not the default one. */
  readonly output?: string;
}

export interface FlowGraph {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

/** All parts and topics of a plan, and what flows between them. */
export function flowGraph(plan: Plan, registry: Registry): FlowGraph {
  const nodes = [
    ...plan.sources.map((source) => node('source', source.name, typeName(source.type))),
    ...plan.topics.map((topic) => topicNode(topic, plan)),
    ...plan.stages.map((stage) => node('stage', stage.name, typeName(stage.process))),
    ...plan.taps.map((tap) => node('tap', tap.name, typeName(tap.sink))),
  ];
  const edges = [
    ...plan.sources.flatMap((source) => sourceEdges(source)),
    ...plan.stages.flatMap((stage) => stageEdges(stage)),
    ...plan.taps.flatMap((tap) => tapEdges(tap, registry)),
  ];
  return { nodes, edges };
}

/** The graph without what stands aside: dead letters that nobody reads, changelogs and positions. */
export function mainFlow({ nodes, edges }: FlowGraph): FlowGraph {
  const flows = edges.filter(({ kind }) => kind === 'flow');
  const used = new Set(flows.flatMap(({ from, to }) => [from, to]));
  const shown = nodes.filter(({ id, kind }) => used.has(id) || (kind !== 'deadLetters' && kind !== 'internal'));
  const ids = new Set(shown.map(({ id }) => id));
  const readDeadLetters = edges.filter(({ kind, to }) => kind === 'aside' && ids.has(to));
  return { nodes: shown, edges: [...flows, ...readDeadLetters] };
}

/** Built-in name, or the file name of a module. */
export function typeName(reference: string): string {
  return reference.split(/[\\/]/).at(-1) ?? reference;
}

function topicNode({ name, holds, partitions }: TopicPlan, plan: Plan): FlowNode {
  const count = `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`;
  if (holds === 'deadLetters') return topicLike('deadLetters', name, 'dead letters');
  if (holds === 'changes') return topicLike('internal', name, 'changelog');
  if (holds === 'positions') return topicLike('internal', name, 'positions');
  const isRepartition = plan.stages.some((stage) => repartitionTopicOf(plan.name, stage.name) === name);
  return topicLike(isRepartition ? 'internal' : 'topic', name, count);
}

function topicLike(kind: FlowNodeKind, name: string, text: string): FlowNode {
  return { id: topicId(name), kind, name, text };
}

function node(kind: FlowNodeKind, name: string, text: string): FlowNode {
  return { id: `${kind} ${name}`, kind, name, text };
}

function sourceEdges({ name, to, positions, deadLetterTopic }: SourcePlan): readonly FlowEdge[] {
  const from = `source ${name}`;
  const stored = positions ? [positions.topic] : [];
  return [{ from, to: topicId(to), kind: 'flow' }, ...asides(from, [...stored, deadLetterTopic])];
}

function stageEdges({ name, from, to, changelogs, deadLetterTopic }: StagePlan): readonly FlowEdge[] {
  const id = `stage ${name}`;
  const outputs = Object.entries(to).map(([output, topic]): FlowEdge => {
    const edge = { from: id, to: topicId(topic), kind: 'flow' } as const;
    return output === 'default' ? edge : { ...edge, output };
  });
  const inputs = from.map((topic): FlowEdge => ({ from: topicId(topic), to: id, kind: 'flow' }));
  return [...inputs, ...outputs, ...asides(id, [...Object.values(changelogs), deadLetterTopic])];
}

function tapEdges({ name, on, sink, options, deadLetterTopic }: TapPlan, registry: Registry): readonly FlowEdge[] {
  const id = `tap ${name}`;
  const definition = [...registry.sinks.values()].find((registered) => registered.id === sink)?.definition;
  const written = definition?.writes?.(options) ?? [];
  return [
    { from: topicId(on), to: id, kind: 'flow' },
    ...written.map((topic): FlowEdge => ({ from: id, to: topicId(topic), kind: 'flow' })),
    ...asides(id, [deadLetterTopic]),
  ];
}

function asides(from: string, topics: readonly string[]): readonly FlowEdge[] {
  return topics.map((topic) => ({ from, to: topicId(topic), kind: 'aside' }));
}

/** Id of the node of a topic. */
export function topicId(name: string): string {
  return `topic ${name}`;
}

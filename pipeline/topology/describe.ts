import { formatDuration } from './duration.ts';
import type { Plan, SourcePlan, StagePlan, TapPlan, TopicPlan } from './plan.ts';
import { formatSize } from './size.ts';

const WIDTH = 80;

/** What can be drawn: a line of text and what flows on from it. */
interface Vertex {
  readonly id: string;
  readonly mark: string;
  readonly name: string;
  readonly text: string;
  readonly next: readonly string[];
}

/** Draws a plan as text, 80 columns wide: a flow goes straight down, side branches stand to the right before it. */
export function describe(plan: Plan): string {
  const vertices = verticesOf(plan);
  const drawing = new Drawing(vertices);
  for (const vertex of rootsOf(vertices)) drawing.addFlow(vertex);
  for (const vertex of vertices.values()) drawing.addFlow(vertex); // circles have no root
  const parts = [count(plan.sources, 'source'), count(plan.stages, 'stage'), count(plan.taps, 'tap')].join(', ');
  const deadLetters = plan.topics.filter(isDeadLetter).map((topic) => `  ${topic.name}  ${settings(topic)}`);
  const kept = [...topicsOf(plan, 'state', 'changes'), ...topicsOf(plan, 'positions', 'positions')];
  const sections = [`${plan.name}: ${parts}`, ...drawing.flows, ...kept, ['dead letters', ...deadLetters].join('\n')];
  return sections.join('\n\n').split('\n').map(cut).join('\n');
}

class Drawing {
  readonly flows: string[] = [];
  readonly #vertices: ReadonlyMap<string, Vertex>;
  readonly #drawn = new Set<string>();
  readonly #lengths = new Map<string, number>();

  constructor(vertices: ReadonlyMap<string, Vertex>) {
    this.#vertices = vertices;
  }

  addFlow(vertex: Vertex): void {
    if (!this.#drawn.has(vertex.id)) this.flows.push(this.#draw(vertex, '').join('\n'));
  }

  #draw(vertex: Vertex, prefix: string): readonly string[] {
    const line = `${vertex.mark} ${vertex.name}`;
    if (this.#drawn.has(vertex.id)) return [`${prefix}${line}  (see above)`];
    this.#drawn.add(vertex.id);
    const next = vertex.next.flatMap((id) => this.#vertices.get(id) ?? []);
    const ordered = next.toSorted((a, b) => this.#length(a) - this.#length(b));
    const below = ordered.flatMap((follower, index) =>
      index === ordered.length - 1 ? this.#goOn(follower, prefix) : this.#branch(follower, prefix),
    );
    return [`${prefix}${line}  ${vertex.text}`.trimEnd(), ...below];
  }

  #goOn(vertex: Vertex, prefix: string): readonly string[] {
    return [`${prefix}│`, ...this.#draw(vertex, prefix)];
  }

  #branch(vertex: Vertex, prefix: string): readonly string[] {
    const [first = '', ...others] = this.#draw(vertex, `${prefix}│  `);
    return [`${prefix}│`, `${prefix}├─ ${first.slice(prefix.length + 3)}`, ...others];
  }

  /** Vertices from here to the end of the flow: the longest way is drawn straight down. */
  #length({ id, next }: Vertex): number {
    if (this.#drawn.has(id)) return 0;
    const known = this.#lengths.get(id);
    if (known !== undefined) return known;
    this.#lengths.set(id, 0); // ends a circle
    const followers = next.flatMap((follower) => this.#vertices.get(follower) ?? []);
    const length = 1 + Math.max(0, ...followers.map((follower) => this.#length(follower)));
    this.#lengths.set(id, length);
    return length;
  }
}

function verticesOf(plan: Plan): ReadonlyMap<string, Vertex> {
  const vertices = [
    ...plan.sources.map(sourceVertex),
    ...plan.topics
      .filter((topic) => isPartOfFlow(topic) || readersOf(topic.name, plan).length > 0)
      .map((topic) => topicVertex(topic, plan)),
    ...plan.stages.map(stageVertex),
    ...plan.taps.map(tapVertex),
  ];
  return new Map(vertices.map((vertex) => [vertex.id, vertex]));
}

function rootsOf(vertices: ReadonlyMap<string, Vertex>): readonly Vertex[] {
  const fed = new Set([...vertices.values()].flatMap(({ next }) => next));
  return [...vertices.values()].filter(({ id }) => !fed.has(id));
}

function sourceVertex({ name, type, live, endless, to }: SourcePlan): Vertex {
  const text = [basename(type), ...(live ? ['live'] : []), endless ? 'endless' : 'finite'].join(', ');
  return { id: `source ${name}`, mark: '●', name: `source ${name}`, text, next: [topicId(to)] };
}

function topicVertex(topic: TopicPlan, plan: Plan): Vertex {
  const text = `${topic.holds}, ${settings(topic)}`;
  return { id: topicId(topic.name), mark: '═', name: topic.name, text, next: readersOf(topic.name, plan) };
}

function stageVertex(stage: StagePlan): Vertex {
  const { name, process, group, from, delivery, maxAgeMs, replicas, to } = stage;
  const words = [basename(process), `group ${group}`];
  if (from.length > 1) words.push(`reads ${from.join(' and ')}`);
  if (delivery === 'latest') words.push(maxAgeMs === null ? 'latest' : `latest within ${formatDuration(maxAgeMs)}`);
  if (replicas > 1) words.push(`${replicas} replicas`);
  const outputs = Object.entries(to).filter(([output]) => output !== 'default');
  words.push(...outputs.map(([output, topic]) => `${output} to ${topic}`));
  const next = [...new Set(Object.values(to))].map(topicId);
  return { id: `stage ${name}`, mark: '■', name: `stage ${name}`, text: words.join(', '), next };
}

function tapVertex({ name, sink, mode, where, select, sample, rate }: TapPlan): Vertex {
  const words = [basename(sink), mode];
  if (sample !== null) words.push(`sample ${sample}`);
  if (rate !== null) words.push(`${rate} a second`);
  if (where !== null) words.push(`where ${where}`);
  if (select !== null) words.push(`select ${select}`);
  return { id: `tap ${name}`, mark: '○', name: `tap ${name}`, text: words.join(', '), next: [] };
}

function readersOf(topic: string, { stages, taps }: Plan): readonly string[] {
  return [
    ...taps.filter(({ on }) => on === topic).map(({ name }) => `tap ${name}`),
    ...stages.filter(({ from }) => from.includes(topic)).map(({ name }) => `stage ${name}`),
  ];
}

function settings({ holds, partitions, retentionMs, retentionBytes }: TopicPlan): string {
  const noun = partitions === 1 ? 'partition' : 'partitions';
  if (holds === 'changes' || holds === 'positions') return `${partitions} ${noun}, compacted`;
  return `${partitions} ${noun}, kept ${formatDuration(retentionMs)}, ${formatSize(retentionBytes)} each`;
}

/** A section of all topics that hold this; none where there are none. */
function topicsOf({ topics }: Plan, title: string, held: TopicPlan['holds']): readonly string[] {
  const lines = topics.filter(({ holds }) => holds === held).map((topic) => `  ${topic.name}  ${settings(topic)}`);
  return lines.length > 0 ? [[title, ...lines].join('\n')] : [];
}

function topicId(name: string): string {
  return `topic ${name}`;
}

function isDeadLetter({ holds }: TopicPlan): boolean {
  return holds === 'deadLetters';
}

function isPartOfFlow({ holds }: TopicPlan): boolean {
  return holds === 'frames' || holds === 'records';
}

function basename(reference: string): string {
  return reference.split(/[\\/]/).at(-1) ?? reference;
}

function count(parts: readonly unknown[], noun: string): string {
  return `${parts.length} ${noun}${parts.length === 1 ? '' : 's'}`;
}

function cut(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
}

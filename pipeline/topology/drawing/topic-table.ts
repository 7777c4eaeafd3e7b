import { formatDuration } from '../duration.ts';
import type { Plan, TopicPlan } from '../plan.ts';
import { formatSize } from '../size.ts';
import { anchorOf, topicAnchor } from './anchors.ts';
import { topicId, type FlowGraph } from './flow-graph.ts';
import { markup, type Content, type Markup } from './markup.ts';

interface Topology {
  readonly plan: Plan;
  readonly graph: FlowGraph;
}

interface Column {
  readonly title: string;
  readonly of: (topic: TopicPlan, topology: Topology) => Content;
}

const HOLDS: Readonly<Record<TopicPlan['holds'], string>> = {
  frames: 'frames',
  records: 'records',
  deadLetters: 'dead letters',
  changes: 'changes of state',
  positions: 'positions',
};

const COLUMNS: readonly Column[] = [
  { title: 'holds', of: ({ holds, name }, { plan }) => [HOLDS[holds], serde(name, plan)] },
  { title: 'partitions', of: ({ partitions }) => partitions },
  { title: 'kept', of: ({ holds, retentionMs }) => (isCompacted(holds) ? 'compacted' : formatDuration(retentionMs)) },
  { title: 'a partition', of: ({ retentionBytes }) => formatSize(retentionBytes) },
  { title: 'a segment', of: ({ segmentBytes }) => formatSize(segmentBytes) },
  { title: 'a record', of: ({ maxMessageBytes }) => formatSize(maxMessageBytes) },
  {
    title: 'written by',
    of: ({ name }, { graph }) =>
      partLinks(
        graph.edges.filter(({ to }) => to === topicId(name)).map(({ from }) => from),
        graph,
      ),
  },
  {
    title: 'read by',
    of: ({ name }, { graph }) =>
      partLinks(
        graph.edges.filter(({ from }) => from === topicId(name)).map(({ to }) => to),
        graph,
      ),
  },
];

/** Topics with their settings; on a narrow screen each is a card of its own. */
export function topicTable(topics: readonly TopicPlan[], topology: Topology): Markup {
  const rows = topics.map((topic) => {
    const cells = COLUMNS.map(({ title, of }) => markup`<td data-title="${title}">${of(topic, topology)}</td>`);
    return markup`<tr id="${topicAnchor(topic.name)}"><th scope="row">${topic.name}</th>${cells}</tr>\n`;
  });
  const titles = COLUMNS.map(({ title }) => markup`<th scope="col">${title}</th>`);
  return markup`<table>
<thead><tr><th scope="col">topic</th>${titles}</tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

function serde(topic: string, { stages }: Plan): string {
  const found = stages.map(({ serdes }) => serdes[topic]).find((name) => name !== undefined);
  return found === undefined ? '' : `, ${found}`;
}

function isCompacted(holds: TopicPlan['holds']): boolean {
  return holds === 'changes' || holds === 'positions';
}

function partLinks(ids: readonly string[], { nodes }: FlowGraph): Content {
  const parts = nodes.filter(({ id }) => ids.includes(id));
  if (parts.length === 0) return '–';
  return parts.map((part, index) => [index > 0 ? ', ' : '', markup`<a href="#${anchorOf(part)}">${part.name}</a>`]);
}

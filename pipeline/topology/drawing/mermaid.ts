import type { Plan } from '../plan.ts';
import type { Registry } from '../registry.ts';
import { flowGraph, type FlowEdge, type FlowNode, type FlowNodeKind } from './flow-graph.ts';

/** Opening and closing of the shape of each kind of node. */
const SHAPES: Readonly<Record<FlowNodeKind, readonly [string, string]>> = {
  source: ['([', '])'],
  topic: ['[(', ')]'],
  stage: ['[', ']'],
  tap: ['>', ']'],
  internal: ['[(', ')]'],
  deadLetters: ['[(', ')]'],
};

const CLASSES = [
  '  classDef source fill:#e7f5e9,stroke:#2f7d3b,color:#12351a',
  '  classDef topic fill:#eef1f5,stroke:#66758a,color:#1c2430',
  '  classDef stage fill:#e3edff,stroke:#2b5fc4,color:#10264f',
  '  classDef tap fill:#f5e9fb,stroke:#8a3fb0,color:#3a1650',
  '  classDef internal fill:#fafafa,stroke:#9aa4b2,color:#4a5463,stroke-dasharray:4 3',
  '  classDef deadLetters fill:#fdecea,stroke:#b3382c,color:#561710,stroke-dasharray:4 3',
];

/** The whole topology as a Mermaid flowchart: what stands aside (dead letters, changelogs, positions) by dotted arrows. */
export function mermaid(plan: Plan, registry: Registry): string {
  const { nodes, edges } = flowGraph(plan, registry);
  const ids = new Map(nodes.map(({ id, kind }, index) => [id, `${kind}${index + 1}`]));
  const idOf = (id: string): string => ids.get(id) ?? id;
  return [
    'flowchart TD',
    ...nodes.map((node) => `  ${idOf(node.id)}${shape(node)}:::${node.kind}`),
    ...edges.map((edge) => `  ${idOf(edge.from)} ${arrow(edge)} ${idOf(edge.to)}`),
    ...CLASSES,
  ].join('\n');
}

function shape({ kind, name, text }: FlowNode): string {
  const [open, close] = SHAPES[kind];
  return `${open}"${label(name)}<br/>${label(text)}"${close}`;
}

function arrow({ kind, output }: FlowEdge): string {
  const line = kind === 'flow' ? '-->' : '-.->';
  return output === undefined ? line : `${line}|"${label(output)}"|`;
}

/** Text in quotes as Mermaid takes it: what means something to it or to HTML becomes an entity code. */
function label(text: string): string {
  return text.replace(/[^\p{L}\p{N} ._,:/-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}

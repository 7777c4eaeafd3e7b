import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { markup, type Markup } from './markup.ts';
import { MOST_LETTERS, placed, type PlacedEdge, type PlacedNode, type Point } from './placement.ts';

/** What is wider than the screen is drawn smaller, until letters would be too small to read. */
const LEAST_SCALE = 0.65;

/** A flow as an SVG whose colours come from the page; its nodes link to what `anchorOf` names. */
export function flowSvg(graph: FlowGraph, anchorOf: (node: FlowNode) => string): Markup {
  const { width, height, nodes, edges } = placed(graph);
  const size = `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`;
  const widths = `max-width: ${Math.ceil(width)}px; min-width: ${Math.ceil(width * LEAST_SCALE)}px`;
  return markup`<svg viewBox="${size}" width="${Math.ceil(width)}" style="${widths}" role="img" aria-label="The flow of records">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
${edges.map(edgePath)}
${nodes.map((node) => box(node, anchorOf(node.node)))}
</svg>`;
}

function box({ node, x, y, width, height }: PlacedNode, anchor: string): Markup {
  const [left, top] = [x - width / 2, y - height / 2];
  const radius = node.kind === 'source' ? height / 2 : node.kind === 'stage' ? 6 : 14;
  return markup`<a href="#${anchor}" class="node ${node.kind}"><title>${node.kind} ${node.name}: ${node.text}</title>
<rect x="${fixed(left)}" y="${fixed(top)}" width="${width}" height="${height}" rx="${radius}"/>
<text class="name" x="${fixed(x)}" y="${fixed(y - 3)}">${cut(node.name)}</text>
<text class="kind" x="${fixed(x)}" y="${fixed(y + 12)}">${cut(node.text)}</text></a>
`;
}

function edgePath({ edge, points }: PlacedEdge): Markup {
  const [first, ...others] = points;
  if (first === undefined) return markup``;
  const path = others.map((point, index) => curve(points[index] ?? first, point)).join('');
  const line = markup`<path class="edge ${edge.kind}" d="M${at(first)}${path}" marker-end="url(#arrow)"/>
`;
  const end = others[0];
  if (edge.output === undefined || end === undefined) return line;
  const [x, y] = [(first.x + end.x) / 2, (first.y + end.y) / 2];
  return markup`${line}<text class="output" x="${fixed(x)}" y="${fixed(y + 3)}">${cut(edge.output)}</text>
`;
}

/** Leaves upwards or downwards and arrives so, too. */
function curve(from: Point, to: Point): string {
  const half = (to.y - from.y) / 2;
  return `C${at({ x: from.x, y: from.y + half })} ${at({ x: to.x, y: to.y - half })} ${at(to)}`;
}

function at({ x, y }: Point): string {
  return `${fixed(x)} ${fixed(y)}`;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function cut(text: string): string {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

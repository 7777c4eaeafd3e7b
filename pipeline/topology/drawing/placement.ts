import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { layered, type Layered, type Slot } from './layers.ts';
import { neighbours, ordered } from './ordering.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A node and its box; x and y are its middle. */
export interface PlacedNode extends Point {
  readonly node: FlowNode;
  readonly width: number;
  readonly height: number;
}

/** An edge from the first to the last point, as records go. */
export interface PlacedEdge {
  readonly edge: FlowGraph['edges'][number];
  readonly points: readonly Point[];
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Letters of a name that are shown; longer ones are cut. */
export const MOST_LETTERS = 24;
const LETTER = 7.4;
const PADDING = 26;
const LEAST_WIDTH = 104;
const PASSING_WIDTH = 14;
const HEIGHT = 42;
const ROW = 74;
const GAP = 18;
const MARGIN = 8;
const SWEEPS = 16;

/** Lays a graph out in rows, from top to bottom. */
export function placed(graph: FlowGraph): Placed {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const widthOf = ({ nodeId }: Slot): number => boxWidth(nodes.get(nodeId ?? ''));
  const layout = ordered(layered(graph));
  const columns = columnsOf(layout, widthOf);
  const left = Math.min(
    Infinity,
    ...layout.layers.flat().map((slot) => (columns.get(slot.id) ?? 0) - widthOf(slot) / 2),
  );
  const points = new Map<string, Point>();
  layout.layers.forEach((layer, row) => {
    for (const { id } of layer) {
      points.set(id, { x: (columns.get(id) ?? 0) - left + MARGIN, y: MARGIN + HEIGHT / 2 + row * ROW });
    }
  });
  const pointOf = (id: string): Point => points.get(id) ?? { x: 0, y: 0 };
  const boxes = graph.nodes.map((node) => ({ node, width: boxWidth(node), height: HEIGHT, ...pointOf(node.id) }));
  const right = layout.layers.flat().map((slot) => pointOf(slot.id).x + widthOf(slot) / 2);
  return {
    width: Math.max(0, ...right) + MARGIN,
    height: Math.max(0, layout.layers.length - 1) * ROW + HEIGHT + 2 * MARGIN,
    nodes: boxes,
    edges: edgesOf(graph, layout, pointOf),
  };
}

function boxWidth(node: FlowNode | undefined): number {
  if (node === undefined) return PASSING_WIDTH;
  const letters = Math.min(MOST_LETTERS, Math.max(node.name.length, node.text.length));
  return Math.max(LEAST_WIDTH, Math.round(letters * LETTER) + PADDING);
}

/** Middles of the slots: each is drawn to the mean of its neighbours as far as the others of its layer leave room. */
function columnsOf({ layers, ways }: Layered, widthOf: (slot: Slot) => number): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const layer of layers)
    spread(
      layer,
      layer.map(() => 0),
      { columns, widthOf },
    );
  const sides = [neighbours(ways, -1), neighbours(ways, 1)] as const;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const near = sides[sweep % 2 === 0 ? 0 : 1];
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      const wanted = layer.map(({ id }) => {
        const around = (near.get(id) ?? []).map((other) => columns.get(other) ?? 0);
        return around.length === 0 ? (columns.get(id) ?? 0) : around.reduce((sum, x) => sum + x, 0) / around.length;
      });
      spread(layer, wanted, { columns, widthOf });
    }
  }
  return columns;
}

/** Places a layer near where its slots want to be: those that would overlap move apart about their common middle. */
function spread(
  layer: readonly Slot[],
  wanted: readonly number[],
  { columns, widthOf }: { readonly columns: Map<string, number>; readonly widthOf: (slot: Slot) => number },
): void {
  interface Block {
    readonly slots: readonly Slot[];
    /** Where the left edge of the block wants to be: the mean of what its slots want. */
    readonly start: number;
    readonly width: number;
  }
  const blocks: Block[] = [];
  layer.forEach((slot, index) => {
    const width = widthOf(slot) + GAP;
    let block: Block = { slots: [slot], start: (wanted[index] ?? 0) - width / 2, width };
    for (let before = blocks.at(-1); before && before.start + before.width > block.start; before = blocks.at(-1)) {
      blocks.pop();
      const count = before.slots.length + block.slots.length;
      const start = (before.start * before.slots.length + (block.start - before.width) * block.slots.length) / count;
      block = { slots: [...before.slots, ...block.slots], start, width: before.width + block.width };
    }
    blocks.push(block);
  });
  for (const { slots, start } of blocks) {
    let at = start;
    for (const slot of slots) {
      const width = widthOf(slot) + GAP;
      columns.set(slot.id, at + width / 2);
      at += width;
    }
  }
}

function edgesOf(graph: FlowGraph, { ways }: Layered, pointOf: (id: string) => Point): readonly PlacedEdge[] {
  return ways.flatMap(({ edge: index, slots, isBack }) => {
    const edge = graph.edges[index];
    if (edge === undefined) return [];
    const middles = slots.map(pointOf);
    const points = middles.map(({ x, y }, at) => {
      if (at === 0) return { x, y: y + HEIGHT / 2 };
      return at === middles.length - 1 ? { x, y: y - HEIGHT / 2 } : { x, y };
    });
    return { edge, points: isBack ? points.toReversed() : points };
  });
}

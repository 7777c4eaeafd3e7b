import type { FlowGraph } from './flow-graph.ts';

/** A place in a layer: of a node, or of an edge that passes by. */
export interface Slot {
  readonly id: string;
  /** Absent where an edge passes by. */
  readonly nodeId?: string;
}

/** A drawn edge: slots from its upper to its lower end, one for each layer. */
export interface Way {
  readonly slots: readonly string[];
  /** Index of the edge in the graph. */
  readonly edge: number;
  /** Whether records go upwards, back to an earlier part. */
  readonly isBack: boolean;
}

export interface Layered {
  readonly layers: readonly (readonly Slot[])[];
  readonly ways: readonly Way[];
}

interface Downward {
  readonly edge: number;
  readonly from: string;
  readonly to: string;
  readonly isBack: boolean;
}

/** Puts each node below all it is fed from, edges that close a circle excepted; edges pass through the layers between. */
export function layered(graph: FlowGraph): Layered {
  const edges = downwards(graph);
  const ranks = ranksOf(graph, edges);
  const depth = 1 + Math.max(-1, ...ranks.values());
  const layers = Array.from({ length: depth }, (): Slot[] => []);
  for (const { id } of graph.nodes) layers[ranks.get(id) ?? 0]?.push({ id, nodeId: id });
  const ways = edges.map(({ edge, from, to, isBack }): Way => {
    const [top, bottom] = [ranks.get(from) ?? 0, ranks.get(to) ?? 0];
    const passed = Array.from({ length: Math.max(0, bottom - top - 1) }, (_, index) => `edge ${edge} ${index}`);
    passed.forEach((id, index) => layers[top + 1 + index]?.push({ id }));
    return { edge, slots: [from, ...passed, to], isBack };
  });
  return { layers, ways };
}

/** Edges as they are drawn: those that lead back to where the walk came from are turned round. */
function downwards({ nodes, edges }: FlowGraph): readonly Downward[] {
  const back = new Set<number>();
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (id: string): void => {
    open.add(id);
    edges.forEach(({ from, to }, index) => {
      if (from !== id) return;
      if (open.has(to)) back.add(index);
      else if (!done.has(to)) visit(to);
    });
    open.delete(id);
    done.add(id);
  };
  const fed = new Set(edges.map(({ to }) => to));
  for (const { id } of nodes.toSorted((a, b) => Number(fed.has(a.id)) - Number(fed.has(b.id)))) {
    if (!done.has(id)) visit(id);
  }
  return edges.map(({ from, to }, edge) => {
    const isBack = back.has(edge);
    return isBack ? { edge, from: to, to: from, isBack } : { edge, from, to, isBack };
  });
}

/** Longest way from the top; what nothing feeds stands right above the first that reads it. */
function ranksOf({ nodes }: FlowGraph, edges: readonly Downward[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  const rankOf = (id: string): number => {
    const known = ranks.get(id);
    if (known !== undefined) return known;
    const above = edges.filter(({ from, to }) => to === id && from !== id).map(({ from }) => rankOf(from) + 1);
    const rank = Math.max(0, ...above);
    ranks.set(id, rank);
    return rank;
  };
  for (const { id } of nodes) rankOf(id);
  for (const { id } of nodes) {
    const below = edges.filter(({ from }) => from === id).map(({ to }) => ranks.get(to) ?? 0);
    if (below.length > 0 && !edges.some(({ to }) => to === id)) ranks.set(id, Math.max(0, Math.min(...below) - 1));
  }
  return ranks;
}

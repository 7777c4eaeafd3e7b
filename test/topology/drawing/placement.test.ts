import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowGraph } from '../../../pipeline/topology/drawing/flow-graph.ts';
import { placed, type PlacedNode } from '../../../pipeline/topology/drawing/placement.ts';

const SIZES = { minLength: 0, maxLength: 16 };

/** Any graph, circles included. */
const graphs = fc.array(fc.string({ minLength: 1, maxLength: 40 }), SIZES).chain((names) =>
  fc
    .array(fc.tuple(fc.nat(Math.max(0, names.length - 1)), fc.nat(Math.max(0, names.length - 1))), { maxLength: 24 })
    .map((pairs): FlowGraph => {
      const nodes = names.map((name, index) => ({ id: `n${index}`, kind: 'topic', name, text: 'x' }) as const);
      const edges = pairs.filter(([from, to]) => from !== to && names.length > 0);
      return { nodes, edges: edges.map(([from, to]) => ({ from: `n${from}`, to: `n${to}`, kind: 'flow' })) };
    }),
);

function overlap(a: PlacedNode, b: PlacedNode): boolean {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
}

function chain(...names: readonly string[]): FlowGraph {
  return {
    nodes: names.map((id) => ({ id, kind: 'topic', name: id, text: '' })),
    edges: names.slice(1).map((to, index) => ({ from: names[index]!, to, kind: 'flow' })),
  };
}

describe('the places of a drawing', () => {
  it('no two boxes overlap, all are inside, and every edge is drawn between its two', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { nodes, edges, width, height } = placed(graph);

        expect(nodes.filter((node, index) => nodes.slice(index + 1).some((other) => overlap(node, other)))).toEqual([]);
        for (const { x, y, width: w, height: h } of nodes) {
          expect(x - w / 2).toBeGreaterThanOrEqual(0);
          expect(x + w / 2).toBeLessThanOrEqual(width);
          expect(y + h / 2).toBeLessThanOrEqual(height);
        }
        expect(edges).toHaveLength(graph.edges.length);
        const columnOf = new Map(nodes.map(({ node, x }) => [node.id, x]));
        for (const { edge, points } of edges) {
          expect(points[0]!.x).toBe(columnOf.get(edge.from));
          expect(points.at(-1)!.x).toBe(columnOf.get(edge.to));
        }
      }),
    );
  });

  it('what flows goes straight down', () => {
    const { nodes } = placed(chain('a', 'b', 'c'));

    expect(new Set(nodes.map(({ x }) => x)).size).toBe(1);
    expect(nodes.map(({ y }) => y)).toEqual(nodes.map(({ y }) => y).toSorted((a, b) => a - b));
  });

  it('an edge that closes a circle goes up', () => {
    const graph = chain('a', 'b', 'c');
    const { edges } = placed({ ...graph, edges: [...graph.edges, { from: 'c', to: 'b', kind: 'flow' }] });

    const last = edges.find(({ edge }) => edge.from === 'c')!;
    expect(last.points.at(-1)!.y).toBeLessThan(last.points[0]!.y);
  });

  it('edges do not cross where they need not', () => {
    const pairs = [
      ['a', 'f'],
      ['b', 'e'],
      ['c', 'd'],
    ] as const;
    const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, kind: 'topic', name: id, text: '' }) as const);

    const { edges } = placed({ nodes, edges: pairs.map(([from, to]) => ({ from, to, kind: 'flow' })) });

    for (const { points } of edges) expect(points.at(-1)!.x).toBe(points[0]!.x);
  });
});

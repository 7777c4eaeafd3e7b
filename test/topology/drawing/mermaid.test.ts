import { describe, expect, it } from 'vitest';
import { mermaid } from '../../../pipeline/topology/drawing/mermaid.ts';
import { samplePlan } from '../sample-plan.ts';
import { sampleRegistry } from '../sample-registry.ts';

const plan = samplePlan(
  'sources: { rows: { type: journal, to: orders } }',
  'stages:',
  '  part: { from: [orders, foreign], process: split, to: { default: joined, alerts: alarms } }',
  'taps:',
  '  copied: { on: joined, sink: copy, with: { to: elsewhere } }',
  '  dead: { on: t.part.dlq, sink: print }',
  'topics: { foreign: { partitions: 1 } }',
);

/** What the flowchart says, with names in place of its ids. */
function read(text: string) {
  const [head, ...lines] = text.split('\n').map((line) => line.trim());
  const nodes = new Map<string, string>();
  const edges: string[] = [];
  const others: string[] = [];
  for (const line of lines) {
    const node = /^(\w+)(?:\(\[|\[\(|\[|>)"([^"<]+)<br\/>([^"<]+)"(?:\]\)|\)\]|\]):::(\w+)$/.exec(line);
    const edge = /^(\w+) (-->|-\.->)(?:\|"([^"]+)"\|)? (\w+)$/.exec(line);
    if (node) nodes.set(node[1]!, `${node[4]} ${node[2]}`);
    else if (edge) edges.push(`${nodes.get(edge[1]!)} ${edge[2]}${edge[3] ?? ''} ${nodes.get(edge[4]!)}`);
    else others.push(line);
  }
  return { head, nodes: [...nodes.values()], edges, others };
}

describe('a topology as a Mermaid flowchart', () => {
  it('has every part and topic once, and all that flows between them', () => {
    const { head, nodes, edges, others } = read(mermaid(plan, sampleRegistry));

    expect(head).toBe('flowchart TD');
    expect(nodes.toSorted()).toEqual(
      [
        'source rows',
        'stage part',
        'tap copied',
        'tap dead',
        ...['alarms', 'elsewhere', 'foreign', 'joined', 'orders'].map((name) => `topic ${name}`),
        'internal t-rows-positions',
        ...['copied', 'dead', 'part', 'rows'].map((name) => `deadLetters t.${name}.dlq`),
      ].toSorted(),
    );
    expect(edges.toSorted()).toEqual(
      [
        'source rows --> topic orders',
        'source rows -.-> internal t-rows-positions',
        'source rows -.-> deadLetters t.rows.dlq',
        'topic orders --> stage part',
        'topic foreign --> stage part',
        'stage part --> topic joined',
        'stage part -->alerts topic alarms',
        'stage part -.-> deadLetters t.part.dlq',
        'topic joined --> tap copied',
        'tap copied --> topic elsewhere',
        'tap copied -.-> deadLetters t.copied.dlq',
        'deadLetters t.part.dlq --> tap dead',
        'tap dead -.-> deadLetters t.dead.dlq',
      ].toSorted(),
    );
    expect(others.every((line) => line.startsWith('classDef '))).toBe(true);
  });

  it('writes what means something to Mermaid or a browser as codes', () => {
    const stages = plan.stages.map((stage) => ({ ...stage, process: '/home/me/"]<script>end;#.ts' }));

    const text = mermaid({ ...plan, stages }, sampleRegistry);

    expect(text).toContain('["part<br/>#34;#93;#60;script#62;end#59;#35;.ts"]:::stage');
  });
});

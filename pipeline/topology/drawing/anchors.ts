import type { FlowNode } from './flow-graph.ts';

/** Where a page tells of a part. */
export const partAnchor = (kind: 'source' | 'stage' | 'tap', name: string): string => `${kind}.${name}`;

/** Where a page tells of a topic. */
export const topicAnchor = (name: string): string => `topic.${name}`;

/** Where a page tells of what a node stands for. */
export function anchorOf({ kind, name }: FlowNode): string {
  return kind === 'source' || kind === 'stage' || kind === 'tap' ? partAnchor(kind, name) : topicAnchor(name);
}

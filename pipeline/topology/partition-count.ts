import { nodeAt, type Located, type Path } from './located.ts';
import { defaultsSpec } from './spec.ts';

/** How many partitions a topic will have, as far as the file says. */
export function partitionCountOf(root: Located, topic: string): number {
  const own = numberAt(root, ['topics', topic, 'partitions']);
  return own ?? numberAt(root, ['defaults', 'partitions']) ?? defaultsSpec.parse({}).partitions;
}

/** The number at a path, or undefined where there is something else or nothing. */
export function numberAt(root: Located, path: Path): number | undefined {
  const node = nodeAt(root, path);
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell } from './cells.ts';

export const PARTITIONS = 4;
export const WORKERS = 3;
export const WINDOW_MS = 5_000;
/** Far more than what a crash repeats: a repeat must not find its window closed. */
export const GRACE_MS = 60_000;
export const STAGES = ['first', 'second'] as const;

export type StageName = (typeof STAGES)[number];

/** Two stages, the second with state, on topics of their own. */
export interface ChaosTopology {
  readonly name: string;
  readonly file: string;
  readonly topics: { readonly in: string; readonly mid: string; readonly out: string };
  readonly changelog: string;
}

export async function writeTopology(directory: string, { guarantee }: Cell): Promise<ChaosTopology> {
  const name = `chaos-${randomBytes(3).toString('hex')}`;
  const topics = { in: `${name}.in`, mid: `${name}.mid`, out: `${name}.out` };
  const compute = '{ n: count, sum: { sum: value } }';
  const window = `{ type: tumbling, size: ${WINDOW_MS}ms }`;
  const file = join(directory, 'topology.yaml');
  await writeFile(
    file,
    `name: ${name}
defaults: { guarantee: ${guarantee}, partitions: ${PARTITIONS}, replicas: ${WORKERS}, batch: { records: 50 } }
topics:
${Object.values(topics)
  .map((topic) => `  ${topic}: { retention: unlimited, retentionBytes: unlimited }\n`)
  .join('')}stages:
  first: { from: ${topics.in}, process: map, to: ${topics.mid}, with: { select: "$" } }
  second:
    from: ${topics.mid}
    process: aggregate
    to: ${topics.out}
    with: { window: ${window}, grace: ${GRACE_MS}ms, emit: onUpdate, compute: ${compute} }
`,
  );
  return { name, file, topics, changelog: `${name}-second-windows-changelog` };
}

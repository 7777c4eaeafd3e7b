import { readTopic, type Row } from './kcat.ts';

interface Topics {
  readonly bootstrap: string;
  readonly topics: readonly string[];
}

/** Whether any of the topics has records of an aborted transaction by now, and not only of one that is under way. */
export async function hasAborted({ bootstrap, topics }: Topics): Promise<boolean> {
  const beforeMs = Date.now();
  for (const topic of topics) {
    const all = await readTopic({ bootstrap, topic, beforeMs, isolation: 'read_uncommitted' });
    const committed = await readTopic({ bootstrap, topic, beforeMs });
    if (hasGaps(all, committed)) return true;
  }
  return false;
}

/** What lies before a committed record, and is not committed, was aborted. */
function hasGaps(all: readonly Row[], committed: readonly Row[]): boolean {
  const place = ({ partition, offset }: Row): string => `${partition}@${offset}`;
  const there = new Set(committed.map(place));
  const last = new Map(committed.map(({ partition, offset }) => [partition, offset]));
  return all.some((row) => row.offset < (last.get(row.partition) ?? -1) && !there.has(place(row)));
}

/** A record of one side, as a test made it. */
export interface Arrived {
  readonly side: 'L' | 'R';
  readonly atMs: number;
  readonly key: string | null;
  /** Unique. */
  readonly id: string;
}

export interface NaiveSettings {
  readonly type: 'inner' | 'left' | 'outer';
  readonly withinMs: number;
  readonly graceMs: number;
}

/** What a join of streams makes in all, in no order: `left+right`, with `-` for a side there is none of. */
export function naiveJoin(records: readonly Arrived[], { type, withinMs, graceMs }: NaiveSettings): string[] {
  const nowMs = records.map((_, index) => Math.max(...records.slice(0, index + 1).map(({ atMs }) => atMs)));
  const results: string[] = [];
  const matched = new Set<Arrived>();
  for (const [index, later] of records.entries()) {
    for (const earlier of records.slice(0, index)) {
      const areOfOneKey = earlier.key !== null && earlier.key === later.key && earlier.side !== later.side;
      const areNear = Math.abs(earlier.atMs - later.atMs) <= withinMs;
      const areOpen = Math.min(earlier.atMs, later.atMs) + withinMs + graceMs >= nowMs[index]!;
      if (!areOfOneKey || !areNear || !areOpen) continue;
      matched.add(earlier).add(later);
      results.push(later.side === 'R' ? `${earlier.id}+${later.id}` : `${later.id}+${earlier.id}`);
    }
  }
  for (const record of records) {
    if (matched.has(record) || type === 'inner' || (type === 'left' && record.side === 'R')) continue;
    results.push(record.side === 'L' ? `${record.id}+-` : `-+${record.id}`);
  }
  return results;
}

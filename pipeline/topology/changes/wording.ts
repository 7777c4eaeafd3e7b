import type { BrokerFacts } from './change.ts';

/** `1 record`, `3 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function goesOn(group: string): string {
  return `goes on where group ${group} has committed`;
}

/** Where a group begins that has committed nothing. */
export function beginning(topics: readonly string[], { topics: known }: BrokerFacts): string {
  const waits = topics.map((topic) => {
    const records = known.get(topic)?.records;
    return records === undefined ? topic : `${topic} (${counted(records, 'record')})`;
  });
  return `begins at the oldest record of ${waits.join(', ')}`;
}

/** Why it destroys something to leave topics behind; null where all is read. */
export function unread(group: string, topics: readonly string[], { groups }: BrokerFacts): string | null {
  const open = topics.flatMap((topic) => {
    const records = groups.get(group)?.get(topic) ?? 0;
    return records > 0 ? [`${counted(records, 'record')} of ${topic}`] : [];
  });
  return open.length === 0 ? null : `leaves ${open.join(', ')} unread`;
}

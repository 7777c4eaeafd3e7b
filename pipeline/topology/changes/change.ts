/** Something that is not as the file says, and what it takes to make it so. Plain JSON data. */
export interface Change {
  readonly of: 'topic' | 'source' | 'stage' | 'tap' | 'store' | 'group';
  readonly name: string;
  /** `orphaned`: nothing of the topology uses it any more, and it is left as it is. `impossible`: Kafka cannot do it. */
  readonly what: 'created' | 'changed' | 'renamed' | 'removed' | 'reset' | 'orphaned' | 'impossible';
  /** What differs, such as `with.minScore: 0.5 -> 0.3`. */
  readonly details: readonly string[];
  /** What becomes of how far its group, or the source, has read; null where there is no such thing. */
  readonly offsets: 'kept' | 'lost' | 'new' | null;
  /** What becomes of the state of a stage; null where it has none. */
  readonly state: 'kept' | 'rebuilt' | 'lost' | null;
  /** What it means, one clause each. */
  readonly effects: readonly string[];
  /** Why it destroys something, so that it needs `--allow <name>`; null for a change that does not. */
  readonly destroys: string | null;
}

/** What the broker has, as far as the changes of a topology depend on it. */
export interface BrokerFacts {
  /** Topics that are there. */
  readonly topics: ReadonlyMap<string, TopicFacts>;
  /** Groups that have committed anything: records they have not read yet, by topic. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface TopicFacts {
  readonly partitions: number;
  /** Records that are there. */
  readonly records: number;
  /** What making it as planned would do, one sentence each. */
  readonly alterations: readonly string[];
  /** Those of them that delete records or move keys. */
  readonly destructive: readonly string[];
  /** Why it cannot be made as planned. */
  readonly conflicts: readonly string[];
}

/** The changes that destroy something nobody has allowed. `allowed` are names. */
export function refusedOf(changes: readonly Change[], allowed: readonly string[]): readonly Change[] {
  return changes.filter(({ destroys, name }) => destroys !== null && !allowed.includes(name));
}

/** A change with nothing special about it. */
export function plainChange(change: Pick<Change, 'of' | 'name' | 'what'> & Partial<Change>): Change {
  return { details: [], offsets: null, state: null, effects: [], destroys: null, ...change };
}

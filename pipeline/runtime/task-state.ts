import type { Written } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import type { KeyValueStore, WindowStore } from '../ports/store.ts';
import type { RecordState } from './record-attempts.ts';

/** The state of one task: what its records read and change, and how that gets into the changelogs. */
export interface TaskState {
  /** Highest record timestamp this task has ever seen, milliseconds. */
  readonly streamTimeMs: number;
  /** Makes the stores what their changelogs say; false when the task ends before that. */
  restore(signal: AbortSignal): Promise<boolean>;
  /** The state as the next record sees it. */
  forRecord(streamTimeMs: number): RecordState;
  /** A store as it is between two records. @throws FatalError STORE_UNKNOWN */
  read(store: string): KeyValueStore | WindowStore;
  /** What was changed since the last `accept`. */
  changelogRecords(): readonly ProducerRecord[];
  /** The changes are written. */
  accept(written: Written): void;
  /** Forgets the changes. */
  discard(): void;
  close(): void;
}

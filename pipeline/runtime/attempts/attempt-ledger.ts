import { PoisonRecordError, messageOf } from '../../errors/pipeline-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import type { StagePlan } from '../../topology/plan.ts';
import type { Again, Outcome } from '../record-attempts.ts';
import { acquit, placeName, readSuspects, type Suspect } from './suspects.ts';
import { Turns } from './turns.ts';
import { UnderWayFile } from './under-way-file.ts';
import { countUnseenDeaths, underWayPath } from './worker-deaths.ts';

type Tried = Outcome | Again;

export interface AttemptLedgerParts {
  readonly plan: Pick<StagePlan, 'name' | 'from' | 'onError'>;
  readonly folder: string;
  readonly worker: string;
  readonly log: Logger;
}

/**
 * Remembers across the death of a worker which records it was at. They are suspects then: each is tried alone, so that the
 * next death names the guilty one, which is given up after `onError.crashes` deaths; whoever passes is a suspect no more.
 */
export class AttemptLedger {
  readonly #parts: AttemptLedgerParts;
  readonly #turns = new Turns();
  #file: UnderWayFile | null = null;
  #suspects = new Map<string, Suspect>();

  constructor(parts: AttemptLedgerParts) {
    this.#parts = parts;
    const { plan, folder, worker } = parts;
    this.#tolerant(() => {
      countUnseenDeaths(folder);
      this.#file = new UnderWayFile(underWayPath(folder, worker, process.pid), plan.from);
    });
  }

  /** Learns the suspects of partitions that other workers had. */
  refresh(): void {
    this.#suspects = readSuspects(this.#parts.folder);
  }

  /** Runs the attempts of a record while it is noted as under way; gives it up where it has killed enough workers. */
  async during<T extends Tried>(record: ConsumerRecord, attempts: () => Promise<T>): Promise<T | Outcome> {
    if (this.#suspects.size > 0) {
      const suspect = this.#suspects.get(placeName(record));
      if (suspect) return this.#trySuspect(record, suspect, attempts);
    }
    while (this.#turns.taken) await this.#turns.taken;
    this.#turns.begin();
    try {
      return await this.#noted(record, attempts);
    } finally {
      this.#turns.end();
    }
  }

  /**
   * Runs work on records that come one right after the other, all of them noted at once, which costs a fraction. Where
   * some may be suspects they are not: the work is told so, and calls `during` for each.
   */
  async together<T>(records: readonly ConsumerRecord[], work: (noted: boolean) => Promise<T>): Promise<T> {
    while (this.#turns.taken) await this.#turns.taken;
    const file = this.#file;
    if (this.#suspects.size > 0 || !file) return work(false);
    this.#turns.begin();
    const block = this.#tolerant(() => file.enterAll(records));
    try {
      return await work(true);
    } finally {
      if (block) this.#tolerant(() => this.#file?.clearAll(block));
      this.#turns.end();
    }
  }

  /** Nothing made of these attempts is under way in a processor any more; deaths from here on are not their fault. */
  pause(): void {
    this.#tolerant(() => this.#file?.clear());
  }

  /** What became of these records is written. */
  settle(records: Iterable<ConsumerRecord>): void {
    if (this.#suspects.size === 0) return;
    for (const record of records) this.#acquit(placeName(record));
  }

  /** From here on no death is a record's fault. */
  close(): void {
    const file = this.#file;
    this.#file = null;
    this.#tolerant(() => file?.remove());
  }

  async #trySuspect<T extends Tried>(
    record: ConsumerRecord,
    suspect: Suspect,
    attempts: () => Promise<T>,
  ): Promise<T | Outcome> {
    const { plan, log } = this.#parts;
    const { crashes, then } = plan.onError;
    const place = placeName(record);
    if (crashes > 0 && suspect.deaths >= crashes) {
      // Whoever stops for it is started again by people, who have mended something.
      if (then === 'fail') this.#acquit(place);
      return { state: 'gaveUp', then, error: this.#crashed(record, suspect), attempts: suspect.deaths };
    }
    log.warn(
      { place, deaths: suspect.deaths },
      `${place} was under way when a worker died (${suspect.how.join('; ')}); trying it alone`,
    );
    const outcome = await this.#turns.alone(() => this.#noted(record, attempts));
    if (outcome.state !== 'abandoned') this.#acquit(place);
    return outcome;
  }

  async #noted<T>(record: ConsumerRecord, attempts: () => Promise<T>): Promise<T> {
    const file = this.#file;
    const slot = file && this.#tolerant(() => file.enter(record));
    try {
      return await attempts();
    } finally {
      if (slot !== null) file?.leave(slot);
    }
  }

  #acquit(place: string): void {
    if (this.#suspects.delete(place)) this.#tolerant(() => acquit(this.#parts.folder, place));
  }

  #crashed(record: ConsumerRecord, { deaths, how }: Suspect): PoisonRecordError {
    const { name } = this.#parts.plan;
    const { topic, partition, offset } = record;
    return new PoisonRecordError(
      'RECORD_CRASHED_WORKER',
      `stage "${name}" lost its worker ${deaths === 1 ? 'once' : `${deaths} times`} while it was at ${placeName(record)} (${how.join('; ')}); ` +
        'correct the processor or the record, or allow more with onError.crashes',
      { where: { stage: name, topic, partition, offset } },
    );
  }

  /** A folder that cannot be written must not stop the stage: it then works without a memory. */
  #tolerant<T>(act: () => T): T | null {
    try {
      return act();
    } catch (error) {
      this.#file = null;
      this.#parts.log.warn(
        { folder: this.#parts.folder },
        `cannot note which records are under way (${messageOf(error)}); a record that kills workers will not be recognised`,
      );
      return null;
    }
  }
}

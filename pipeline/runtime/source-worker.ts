import { TransactionLost, messageOf } from '../errors/pipeline-error.ts';
import { SourceLife, type SourceLifeParts } from './source-life.ts';
import { SourceRecords } from './source-records.ts';

const BEGIN_ANEW_MS = 200;

/** What a source worker is made of. */
export interface SourceWorkerParts extends Omit<SourceLifeParts, 'records'> {
  readonly deadLetterMaxBytes: number;
}

/**
 * Runs a source: its records are written in order, acknowledged by all in-sync replicas. A live source is never held
 * back: while the broker is away the oldest records fall out and are counted. Any other source pauses while too many of
 * its records are under way in the stages. One with positions begins anew from what is stored when a transaction is lost.
 */
export class SourceWorker {
  readonly #parts: SourceLifeParts;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(parts: SourceWorkerParts) {
    this.#parts = { ...parts, records: new SourceRecords(parts) };
  }

  /** Resolves when a finite source has ended and all its records are acknowledged, or after `stop`; rejects on failure. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.catch(() => undefined); // `run` has told its caller
    await this.#parts.delivery.close();
    await this.#parts.producer.close();
    await this.#parts.admin.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await new SourceLife(this.#parts, signal).run();
        return;
      } catch (error) {
        if (!(error instanceof TransactionLost)) throw error;
        this.#parts.log.warn({ source: this.#parts.plan.name }, messageOf(error));
        await this.#parts.clock.sleep(BEGIN_ANEW_MS, signal);
      }
    }
  }
}

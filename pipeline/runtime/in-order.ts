import type PQueue from 'p-queue';
import { Chunks } from '../task/chunks.ts';
import type { Admitted } from '../task/freshness-gate.ts';
import { BlockSize } from './attempts/block-size.ts';
import { Breather } from './breather.ts';
import type { Step } from './delivery.ts';
import type { Finished } from './outcome-records.ts';
import type { Outcome } from './record-attempts.ts';
import type { TaskState } from './task-state.ts';
import { writeOutcomes, type TaskParts, type TaskWork, type WorkEnd } from './task-work.ts';

/** `order: partition`. Chunk by chunk: all of its records are processed, several at once if wanted, then written in order. */
export class InOrder implements TaskWork {
  readonly #parts: TaskParts;
  readonly #state: TaskState | null;
  readonly #chunks: Chunks;
  readonly #block = new BlockSize();

  constructor(parts: TaskParts, state: TaskState | null) {
    this.#parts = parts;
    this.#state = state;
    this.#chunks = new Chunks(parts.stage.plan.batch);
  }

  async take(admitted: readonly Admitted[], step: Step): Promise<WorkEnd> {
    if (admitted.length === 0) return (await this.#parts.write([], step)) === 'lost' ? 'lost' : 'taken';
    for (let start = 0; start < admitted.length;) {
      const chunk = this.#chunks.next(admitted, start);
      start += chunk.length;
      const nextOffset = admitted[start]?.record.offset ?? step.nextOffset;
      const end = await this.#takeChunk(chunk, { ...step, nextOffset });
      if (end !== 'taken') return end;
    }
    return 'taken';
  }

  async end(): Promise<void> {
    // Nothing is under way between two calls of `take`.
  }

  close(): Promise<void> {
    return this.end();
  }

  /** A record whose output can never be written counts as failed; where there is state, all of the chunk begins anew. */
  async #takeChunk(chunk: readonly Admitted[], step: Step): Promise<WorkEnd> {
    const { attempts, stage } = this.#parts;
    const inUs = stage.clock.nowUs();
    const { streamTimeMs } = attempts;
    const verdicts = new Map<Admitted, Outcome>();
    for (;;) {
      if (step.context.signal.aborted) return 'abandoned';
      attempts.streamTimeMs = streamTimeMs;
      const finished = await this.#process(chunk, { verdicts, inUs, signal: step.context.signal });
      if (finished === null) return this.#abandon();
      const { end, bytes } = await writeOutcomes(finished, step, this.#parts);
      if (end === 'lost') return end;
      if (end === 'written') {
        this.#chunks.made(chunk, bytes);
        return 'taken';
      }
      if (!this.#state) for (const { admitted, outcome } of finished) verdicts.set(admitted, outcome);
      verdicts.set(end.admitted, end.outcome);
    }
  }

  /** Outcomes in the order of the records, however many run at once; null when the task ends before all are known. */
  async #process(chunk: readonly Admitted[], run: ChunkRun): Promise<readonly Finished[] | null> {
    const { queue, attempts: ledger } = this.#parts.stage;
    const finished = await (queue ? this.#atOnce(chunk, run, queue) : this.#oneByOne(chunk, run));
    ledger?.pause();
    return finished.some(({ outcome }) => outcome.state === 'abandoned') ? null : finished;
  }

  #atOnce(chunk: readonly Admitted[], run: ChunkRun, queue: PQueue): Promise<readonly Finished[]> {
    const { inUs } = run;
    const process = async (admitted: Admitted): Promise<Finished> => {
      const outcome = await this.#attempt(admitted, run, false);
      return { admitted, outcome, inUs };
    };
    return Promise.all(chunk.map((admitted) => queue.add(() => process(admitted))));
  }

  #attempt(admitted: Admitted, { verdicts, signal }: ChunkRun, noted: boolean): Outcome | Promise<Outcome> {
    return verdicts.get(admitted) ?? this.#parts.attempts.run(admitted.record, signal, noted);
  }

  async #oneByOne(chunk: readonly Admitted[], run: ChunkRun): Promise<readonly Finished[]> {
    const { attempts: ledger, clock } = this.#parts.stage;
    const finished: Finished[] = [];
    const breather = new Breather(clock);
    for (let start = 0; start < chunk.length && finished.at(-1)?.outcome.state !== 'abandoned';) {
      const block = ledger ? chunk.slice(start, start + this.#block.size) : chunk;
      const work = (noted: boolean): Promise<void> => this.#workOff(block, { ...run, noted, breather, finished });
      const startedAt = performance.now();
      await (ledger
        ? ledger.together(
            block.map(({ record }) => record),
            work,
          )
        : work(false));
      this.#block.took(performance.now() - startedAt);
      start += block.length;
    }
    return finished;
  }

  async #workOff(block: readonly Admitted[], run: BlockRun): Promise<void> {
    const { finished, breather, inUs } = run;
    for (const admitted of block) {
      const attempted = this.#attempt(admitted, run, run.noted);
      const outcome = attempted instanceof Promise ? await attempted : attempted;
      finished.push({ admitted, outcome, inUs });
      if (outcome.state === 'abandoned') return;
      if (breather.isDue) await breather.take();
    }
  }

  #abandon(): WorkEnd {
    this.#state?.discard();
    return 'abandoned';
  }
}

interface BlockRun extends ChunkRun {
  readonly noted: boolean;
  readonly breather: Breather;
  readonly finished: Finished[];
}

interface ChunkRun {
  /** Outcomes that are known already. */
  readonly verdicts: ReadonlyMap<Admitted, Outcome>;
  readonly inUs: number;
  readonly signal: AbortSignal;
}

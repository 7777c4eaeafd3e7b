import type PQueue from 'p-queue';
import type { Admitted } from '../task/freshness-gate.ts';
import { Breather } from './breather.ts';
import type { Step } from './delivery.ts';
import { InputProgress } from './input-progress.ts';
import type { Finished } from './outcome-records.ts';
import type { Again, Outcome } from './record-attempts.ts';
import { writeOutcomes, type TaskParts } from './task-work.ts';
import { NextChange } from './next-change.ts';

export interface FlightParts {
  readonly task: TaskParts;
  readonly queue: PQueue;
  /** What was written is unknown: the task is to begin anew. */
  readonly onLost: () => void;
}

/** One record under way. */
class Entry {
  readonly admitted: Admitted;
  readonly input: InputProgress<Entry>;
  readonly inUs: number;
  /** Records of one lane are worked on one after the other; null is a lane of its own. */
  readonly lane: string | null;
  outcome: Outcome | null = null;

  constructor(admitted: Admitted, given: Pick<Entry, 'input' | 'inUs' | 'lane'>) {
    this.admitted = admitted;
    this.input = given.input;
    this.inUs = given.inUs;
    this.lane = given.lane;
  }

  get offset(): bigint {
    return this.admitted.record.offset;
  }

  get bytes(): number {
    return this.admitted.record.value?.length ?? 0;
  }

  get isDone(): boolean {
    return this.outcome !== null;
  }
}

interface Run {
  readonly input: InputProgress<Entry>;
  readonly entries: readonly Entry[];
}

/** The records that a task works on out of order in one epoch, until it ends or the task has to begin anew. */
export class Flight {
  readonly epoch: AbortSignal;
  readonly #parts: FlightParts;
  readonly #over = new AbortController();
  readonly #inputs = new Map<string, InputProgress<Entry>>();
  readonly #lanes = new Map<string, Entry[]>();
  readonly #breather: Breather;
  readonly #working = new Set<Promise<void>>();
  /** Done and not written, in the order in which they were done. */
  #done: Entry[] = [];
  /** Records that are tried again, and for which all of the partition waits. */
  readonly #failing = new Set<Entry>();
  #records = 0;
  #bytes = 0;
  #writing: Promise<void> | null = null;
  #sending: Promise<unknown> | null = null;
  #failure: { readonly error: unknown } | null = null;
  readonly #change = new NextChange();

  constructor(epoch: AbortSignal, parts: FlightParts) {
    this.epoch = epoch;
    this.#parts = parts;
    this.#breather = new Breather(parts.task.stage.clock);
    if (epoch.aborted) this.#giveUp();
    else epoch.addEventListener('abort', () => this.#giveUp(), { once: true, signal: this.#over.signal });
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** @throws what made it give up, where that is nothing that can be begun anew */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  hasRoomFor({ record }: Admitted): boolean {
    const { records, bytes } = this.#parts.task.stage.plan.batch;
    return this.#records === 0 || (this.#records < records && this.#bytes + (record.value?.length ?? 0) <= bytes);
  }

  /** Resolves at the next change of any kind: look again, and wait again. */
  changed(): Promise<void> {
    return this.#change.wait();
  }

  enter(admitted: Admitted, step: Step): void {
    const input = this.#inputOf(step);
    const given = { input, inUs: this.#parts.task.stage.clock.nowUs(), lane: this.#laneOf(admitted) };
    const entry = new Entry(admitted, given);
    input.add(entry);
    this.#records++;
    this.#bytes += entry.bytes;
    const ahead = entry.lane === null ? undefined : this.#lanes.get(entry.lane);
    if (ahead) ahead.push(entry);
    else this.#begin(entry);
  }

  /** All records up to the step have entered. */
  reachedEnd(step: Step): void {
    this.#inputOf(step).reachedEnd(step);
    this.#write();
  }

  /** Gives up all that is under way; resolves when nothing of it is written any more. */
  async end(): Promise<void> {
    this.#giveUp();
    await this.#sending?.catch(() => undefined); // whoever writes has the error
  }

  /** The same, and no processor works any more. */
  async close(): Promise<void> {
    this.#giveUp();
    await Promise.all([...this.#working, this.#writing]);
  }

  #inputOf(step: Step): InputProgress<Entry> {
    let input = this.#inputs.get(step.topic);
    if (!input) this.#inputs.set(step.topic, (input = new InputProgress(step)));
    return input;
  }

  #laneOf({ record: { key } }: Admitted): string | null {
    return this.#parts.task.stage.plan.order === 'key' && key ? key.toString('latin1') : null;
  }

  #begin(entry: Entry): void {
    if (entry.lane !== null && !this.#lanes.has(entry.lane)) this.#lanes.set(entry.lane, []);
    const work = this.#work(entry).catch((error: unknown) => this.#fail(error));
    this.#working.add(work);
    void work.then(() => this.#working.delete(work));
  }

  async #work(entry: Entry): Promise<void> {
    const outcome = await this.#outcomeOf(entry);
    if (this.isOver || outcome.state === 'abandoned') return;
    entry.outcome = outcome;
    this.#done.push(entry);
    this.#beginNext(entry);
    this.#write();
  }

  #beginNext({ lane }: Entry): void {
    if (lane === null) return;
    const next = this.#lanes.get(lane)?.shift();
    if (next) this.#begin(next);
    else this.#lanes.delete(lane);
  }

  /** A record that waits for its next try gives its place to others: of all keys, or of none where the partition is to wait. */
  async #outcomeOf(entry: Entry): Promise<Outcome> {
    const { queue } = this.#parts;
    try {
      for (let nth = 1; ;) {
        const tried = await queue.add(() => this.#try(entry, nth), { priority: nth === 1 ? 0 : 1 });
        if (tried === 'held up') await this.changed();
        else if (tried.state !== 'again') return tried;
        else {
          await this.#parts.task.stage.clock.sleep(tried.afterMs, this.#over.signal);
          nth++;
        }
      }
    } finally {
      if (this.#failing.delete(entry)) this.#change.tell();
    }
  }

  async #try(entry: Entry, nth: number): Promise<Outcome | Again | 'held up'> {
    if (nth === 1 && this.#failing.size > 0 && !this.isOver) return 'held up';
    if (this.#breather.isDue) await this.#breather.take();
    const tried = await this.#parts.task.attempts.try(nth, entry.admitted.record, this.#over.signal);
    const { scope } = this.#parts.task.stage.plan.onError;
    if (tried.state === 'again' && scope === 'partition') this.#failing.add(entry); // before the queue begins the next
    return tried;
  }

  #write(): void {
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      await Promise.resolve(); // what is done in the same turn is written together
      for (let run = this.#nextRun(); run && !this.isOver; run = this.#nextRun()) await this.#writeRun(run);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = null;
    }
  }

  /** What is to be written next: at-least-once writes what is done, exactly-once what is done in the order of the offsets. */
  #nextRun(): Run | null {
    const { plan } = this.#parts.task.stage;
    const limit = plan.batch.records;
    const [first] = this.#done;
    if (plan.guarantee === 'at-least-once' && first) {
      const { input } = first;
      const end = this.#done.findIndex((entry) => entry.input !== input);
      return { input, entries: this.#done.slice(0, end === -1 ? limit : Math.min(end, limit)) };
    }
    for (const input of this.#inputs.values()) {
      const entries = plan.guarantee === 'exactly-once' ? input.doneInOrder(limit) : [];
      if (entries.length > 0 || input.isToCommit) return { input, entries };
    }
    return null;
  }

  async #writeRun({ input, entries }: Run): Promise<void> {
    const { task, onLost } = this.#parts;
    const writing = new Set(entries);
    const step = input.step(writing);
    task.stage.attempts?.pause();
    const write: TaskParts['write'] = (records, of) => this.#send(records, of);
    const { end } = await writeOutcomes(entries.map(finishedOf), step, { ...task, write });
    if (this.isOver) return;
    if (end === 'lost') {
      this.#giveUp();
      onLost();
    } else if (end === 'written') this.#wrote(input.wrote(writing, step), writing);
    else for (const entry of entries) if (entry.admitted === end.admitted) entry.outcome = end.outcome;
  }

  /** Making the records may have taken until the flight was over. */
  #send(...[records, step]: Parameters<TaskParts['write']>): ReturnType<TaskParts['write']> {
    if (this.isOver) return Promise.resolve('lost');
    const sending = this.#parts.task.write(records, step);
    this.#sending = sending;
    return sending;
  }

  #wrote(forgotten: readonly Entry[], written: ReadonlySet<Entry>): void {
    this.#done = this.#done.filter((entry) => !written.has(entry));
    this.#records -= forgotten.length;
    this.#bytes -= forgotten.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#change.tell();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#giveUp();
    this.#parts.task.stage.onFailure(error);
  }

  #giveUp(): void {
    this.#over.abort();
    this.#change.tell();
  }
}

function finishedOf({ admitted, outcome, inUs }: Entry): Finished {
  if (!outcome) throw new Error('a record is written before it is done; this is a bug, please report it');
  return { admitted, outcome, inUs };
}

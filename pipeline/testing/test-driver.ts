import { UserError } from '../errors/pipeline-error.ts';
import { ManualClock, MemoryBroker, createMemoryKafka, type MemoryKafka } from '../memory/index.ts';
import type { Logger } from '../ports/logger.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import { provision } from '../runtime/provision.ts';
import type { Plan, StagePlan } from '../topology/plan.ts';
import {
  brokerFault,
  crashFault,
  poisonFault,
  slowFault,
  type BrokerErrorFault,
  type CrashPlace,
  type PoisonFault,
  type SlowFault,
} from './driver-faults.ts';
import { OutsideWork } from './outside-work.ts';
import { ProcessFaults } from './process-faults.ts';
import { randomFrom } from '../random.ts';
import { Replica } from './replica.ts';
import { settle } from './settling.ts';
import { StoredState } from './stored-state.ts';
import { InputWriter } from './input-writer.ts';
import { testDeadLetter, testOutput, type TestDeadLetter, type TestInput, type TestOutput } from './test-record.ts';
import { TopicReader, readAll } from './topic-reader.ts';
import { unknownPart } from './unknown-part.ts';

/** What a driver drives, and on what. */
export interface TestDriverParts {
  readonly plan: Plan;
  /** Definition of the processor of each stage, by the name of the stage. */
  readonly definitions: ReadonlyMap<string, ProcessorDefinition>;
  readonly startMs: number;
  readonly patienceMs: number;
  readonly timesOut: boolean;
  readonly log: Logger;
  readonly seed?: number | undefined;
}

interface DrivenStage {
  readonly plan: StagePlan;
  readonly definition: ProcessorDefinition;
  readonly replicas: readonly Replica[];
}

/**
 * All stages of a topology in this process, on a broker in memory and a clock that stands still: the tasks, retries, dead
 * letters, stores and guarantees are those that run in production. Sources and taps are left out: `pipeInput` is the
 * source. Every call that makes something happen resolves when all that follows from it is done.
 */
export class TopologyTestDriver {
  readonly plan: Plan;
  readonly #parts: TestDriverParts;
  readonly #clock: ManualClock;
  readonly #broker: MemoryBroker;
  readonly #kafka: MemoryKafka;
  readonly #input: InputWriter;
  readonly #faults = new ProcessFaults();
  readonly #outside = new OutsideWork();
  readonly #stages: ReadonlyMap<string, DrivenStage>;
  readonly #readers = new Map<string, TopicReader>();
  #isClosed = false;

  constructor(parts: TestDriverParts) {
    const { plan, definitions, startMs, log, seed } = parts;
    this.plan = plan;
    this.#parts = parts;
    const clock = (this.#clock = new ManualClock(startMs));
    const random = seed === undefined ? undefined : randomFrom(seed);
    const broker = (this.#broker = new MemoryBroker({ clock, timestampAheadMs: Infinity, ...(random && { random }) }));
    this.#kafka = createMemoryKafka(broker, 'test');
    this.#input = new InputWriter(this.#kafka.producer(), clock);
    const shared = { plan, broker, clock, log, faults: this.#faults, outside: this.#outside };
    const driven = plan.stages.map((stage): [string, DrivenStage] => {
      const definition = definitions.get(stage.name);
      if (!definition) throw new Error(`stage "${stage.name}" has no definition; this is a bug, please report`);
      const replicas = Array.from(
        { length: stage.replicas },
        (_, replica) => new Replica({ kind: 'stage', name: stage.name, replica }, definition, shared),
      );
      return [stage.name, { plan: stage, definition, replicas }];
    });
    this.#stages = new Map(driven);
  }

  /** Creates the topics and starts all stages. */
  async start(): Promise<void> {
    await provision(this.#kafka.admin(), this.plan);
    for (const name of this.#broker.topics.names())
      this.#readers.set(name, new TopicReader(this.#broker.topics.of(name)));
    await this.#startAll(this.#replicas());
    await this.settle();
  }

  /** Time of the clock, milliseconds since 1970 UTC. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Writes records to a topic and lets the stages work them off. @throws what made a stage give up */
  async pipeInput(topic: string, input: TestInput | readonly TestInput[]): Promise<void> {
    await this.send(topic, input);
    await this.settle();
  }

  /** Writes records to a topic; what follows happens at the next call that waits for it, such as {@link settle}. */
  async send(topic: string, input: TestInput | readonly TestInput[]): Promise<void> {
    this.#throwIfClosed();
    this.#readerOf(topic);
    await this.#input.write(topic, Array.isArray(input) ? (input as readonly TestInput[]) : [input as TestInput]);
  }

  /** Writes the last record of each partition of a topic once more, as a producer does that missed an acknowledgement. */
  async duplicate(topic: string): Promise<void> {
    this.#readerOf(topic);
    const { logs } = this.#broker.topics.of(topic);
    await this.#input.copy(logs.flatMap((log) => readAll(log, log.low, log.end).slice(-1)));
    await this.settle();
  }

  /**
   * What was written to a topic since it was last read, in the order in which it could be seen. Between partitions Kafka
   * promises no order.
   */
  readOutput(topic: string): readonly TestOutput[] {
    return this.#readerOf(topic).read().map(testOutput);
  }

  /** All dead letters of a stage so far. */
  deadLetters(stage: string): readonly TestDeadLetter[] {
    const { logs } = this.#broker.topics.of(this.#stageOf(stage).plan.deadLetterTopic);
    return logs.flatMap((log) => readAll(log, log.low, log.end).map(testDeadLetter));
  }

  /** A store of a stage, as its changelog has it. */
  stateStore(stage: string, store: string): StoredState {
    const { plan, definition } = this.#stageOf(stage);
    const known = Object.keys(plan.changelogs);
    if (!known.includes(store)) throw unknownPart(store, known, `stage "${stage}" has no store`);
    const { log } = this.#parts;
    const parts = { broker: this.#broker, kafka: this.#kafka, clock: this.#clock, log };
    return new StoredState({ ...parts, stage: plan, store, definition });
  }

  /** Lets time pass: whatever it wakes up on the way runs at its time. */
  async advanceTime(ms: number): Promise<void> {
    await this.settle();
    const endMs = this.#clock.nowMs() + ms;
    for (let wakeMs = this.#clock.nextWakeMs; wakeMs !== null && wakeMs <= endMs; wakeMs = this.#clock.nextWakeMs) {
      this.#clock.advanceTo(wakeMs);
      await this.settle();
    }
    this.#clock.advanceTo(endMs);
    await this.settle();
  }

  /** Sets the clock, forwards or back, while no time passes: retries and time-outs take as long as before. */
  async jumpClock(ms: number): Promise<void> {
    this.#clock.jump(ms);
    await this.settle();
  }

  /** Kills the workers of a stage, now or at the place given; they are started again at once. */
  async crash(stage: string, { at }: { readonly at?: CrashPlace } = {}): Promise<void> {
    const { plan, replicas } = this.#stageOf(stage);
    if (at) this.#broker.fault(crashFault(plan, namesOf(replicas), at));
    else for (const replica of replicas) replica.crash();
    if (!at) await this.settle();
  }

  /** Makes all workers of a stage join their group anew. */
  async rebalance(stage: string): Promise<void> {
    this.#broker.rebalance(this.#stageOf(stage).plan.group);
    await this.settle();
  }

  /** Stops the workers of a stage in good order, until they are started again. */
  async stop(stage: string): Promise<void> {
    const stopping = Promise.all(this.#stageOf(stage).replicas.map((replica) => replica.stop()));
    await this.settle();
    await stopping;
  }

  /** Starts workers of a stage that were stopped or have given up. */
  async restart(stage: string): Promise<void> {
    await this.#startAll(this.#stageOf(stage).replicas);
    await this.settle();
  }

  /** Lets the broker answer requests of a stage with an error. */
  brokerError(stage: string, fault: BrokerErrorFault): void {
    const { plan, replicas } = this.#stageOf(stage);
    this.#broker.fault(brokerFault(plan, namesOf(replicas), fault));
  }

  /** Lets the processor of a stage take long. */
  slow(stage: string, fault: SlowFault): void {
    this.#faults.add(slowFault(this.#stageOf(stage).plan.name, fault));
  }

  /** Lets the processor of a stage throw. */
  poison(stage: string, fault: PoisonFault = {}): void {
    this.#faults.add(poisonFault(this.#stageOf(stage).plan.name, fault));
  }

  /**
   * Lets everything run until it is done. What is under way and waits for the clock, such as a retry, gets its time.
   * @throws UserError TEST_UNSETTLED, and once what made a stage give up
   */
  async settle(): Promise<void> {
    this.#throwIfClosed();
    const { patienceMs, timesOut } = this.#parts;
    const revive = async (): Promise<boolean> => {
      const dead = this.#replicas().filter(({ state }) => state === 'dead');
      await this.#startAll(dead);
      return dead.length > 0;
    };
    const parts = { broker: this.#broker, clock: this.#clock, outside: this.#outside, patienceMs, timesOut, revive };
    await settle(parts);
    for (const replica of this.#replicas()) {
      const error = replica.takeError();
      if (error !== null) throw error as Error;
    }
  }

  /** Ends all workers and their processors. Nothing is left behind: no timer, no listener, no file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const stopping = Promise.all(this.#replicas().map((replica) => replica.stop()));
    try {
      await this.settle();
      await stopping;
    } finally {
      this.#isClosed = true;
      for (const reader of this.#readers.values()) reader.close();
    }
  }

  #replicas(): readonly Replica[] {
    return [...this.#stages.values()].flatMap(({ replicas }) => replicas);
  }

  async #startAll(replicas: readonly Replica[]): Promise<void> {
    await Promise.all(replicas.map((replica) => replica.start()));
  }

  #stageOf(name: string): DrivenStage {
    const stage = this.#stages.get(name);
    if (stage) return stage;
    throw unknownPart(name, [...this.#stages.keys()], `topology "${this.plan.name}" has no stage`);
  }

  #readerOf(topic: string): TopicReader {
    const reader = this.#readers.get(topic);
    if (reader) return reader;
    const named = this.plan.topics.filter(({ holds }) => holds === 'records' || holds === 'frames');
    throw unknownPart(
      topic,
      named.map(({ name }) => name),
      `topology "${this.plan.name}" has no topic`,
    );
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw new UserError('TEST_UNSETTLED', 'the driver is closed; create another one');
  }
}

function namesOf(replicas: readonly Replica[]): readonly string[] {
  return replicas.map(({ name }) => name);
}

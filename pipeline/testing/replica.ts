import { createMemoryKafka, type ManualClock, type MemoryBroker, type MemoryKafka } from '../memory/index.ts';
import type { Logger } from '../ports/logger.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import { assembleStage, type MeasuredStage } from '../runtime/assemble-stage.ts';
import { workerName, type Role } from '../runtime/messages.ts';
import type { Plan } from '../topology/plan.ts';
import type { OutsideWork } from './outside-work.ts';
import type { ProcessFaults } from './process-faults.ts';
import { testedDefinition } from './tested-processor.ts';

/** What the replicas of all stages share. */
export interface ReplicaParts {
  readonly plan: Plan;
  readonly broker: MemoryBroker;
  readonly clock: ManualClock;
  readonly log: Logger;
  readonly faults: ProcessFaults;
  readonly outside: OutsideWork;
}

interface Life {
  readonly kafka: MemoryKafka;
  readonly worker: MeasuredStage;
}

/**
 * One replica of a stage, from one death of its worker to the next.
 * `stopped` --start--> `running` --crash--> `dead` --start--> `running` --its worker gives up--> `failed`
 */
export class Replica {
  readonly name: string;
  readonly stage: string;
  readonly #parts: ReplicaParts;
  readonly #role: Role;
  readonly #definition: ProcessorDefinition;
  #life: Life | null = null;
  #state: 'stopped' | 'running' | 'dead' | 'failed' = 'stopped';
  #error: unknown = null;

  constructor(role: Role, definition: ProcessorDefinition, parts: ReplicaParts) {
    this.name = workerName(role);
    this.stage = role.name;
    this.#role = role;
    this.#definition = definition;
    this.#parts = parts;
  }

  get state(): 'stopped' | 'running' | 'dead' | 'failed' {
    return this.#state;
  }

  /** Why it cannot go on; told once. */
  takeError(): unknown {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  /** Begins a life, where it has none. It takes part in its group when all is quiet. */
  async start(): Promise<void> {
    if (this.#state === 'running') return;
    this.#state = 'running';
    const { plan, broker, clock, log, faults, outside } = this.#parts;
    const kafka = createMemoryKafka(broker, this.name);
    const lent = clock.lend();
    let isDead = false;
    let atDeath = (): void => undefined;
    kafka.onCrash(() => {
      isDead = true;
      atDeath();
      lent.die();
      outside.abandon(lent);
      if (this.#life?.kafka === kafka) this.#state = 'dead';
    });
    const definition = testedDefinition(this.#definition, {
      stage: this.stage,
      clock: lent,
      faults,
      outside,
      isDead: () => isDead,
      atDeath: (end) => (atDeath = end),
    });
    const worker = await assembleStage(plan, this.#role, { kafka, clock: lent, log, definition });
    const life = { kafka, worker };
    this.#life = life;
    worker.start().catch((error: unknown) => this.#fail(life, error));
    worker.done.catch((error: unknown) => this.#fail(life, error));
  }

  /** Dies as a killed process does. */
  crash(): void {
    this.#life?.kafka.crash();
  }

  /** Ends what is under way, commits and leaves its group. */
  async stop(): Promise<void> {
    const life = this.#life;
    const isAlive = this.#state !== 'dead';
    this.#life = null;
    this.#state = 'stopped';
    if (life && isAlive) await life.worker.stop();
  }

  #fail(life: Life, error: unknown): void {
    if (this.#life !== life || this.#state !== 'running') return;
    this.#state = 'failed';
    this.#error = error;
  }
}

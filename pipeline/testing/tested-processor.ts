import type { Clock } from '../ports/clock.ts';
import { inFrontOf } from '../ports/in-front-of.ts';
import type { Processor, ProcessorDefinition, ProcessResult } from '../ports/processor.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import type { OutsideWork } from './outside-work.ts';
import type { ProcessFaults } from './process-faults.ts';

/** One life of a worker of a stage, as its processor is watched in it. */
export interface TestedLife {
  readonly stage: string;
  /** Of this life alone. */
  readonly clock: Clock;
  readonly faults: ProcessFaults;
  readonly outside: OutsideWork;
  /** Its process was killed: what still runs of it is to do nothing more. */
  isDead(): boolean;
  /** Has something done when it is killed. */
  atDeath(end: () => void): void;
}

type Made = ProcessResult | Promise<ProcessResult>;

/** The definition of a processor whose calls are watched, may go wrong on demand, and end with their worker. */
export function testedDefinition(definition: ProcessorDefinition, life: TestedLife): ProcessorDefinition {
  return {
    ...definition,
    create: async (options, setup) => {
      const processor = await definition.create(options, setup);
      life.atDeath(() => release(processor));
      return testedProcessor(processor, life);
    },
  };
}

/** What a process leaves behind when it is killed, such as the pipes to another, is closed for it. */
function release(processor: Processor): void {
  void Promise.resolve(processor.close?.()).catch(() => undefined); // there is nobody left to tell
}

function testedProcessor(processor: Processor, life: TestedLife): Processor {
  const { stage, faults, clock } = life;
  const { schedule } = processor;
  const admit = processor.admit?.bind(processor);
  return inFrontOf(processor, {
    ...(admit && {
      admit: async (record, signal) =>
        watched(
          () => admit(record, signal),
          () => whatOf(record),
          life,
        ),
    }),
    ...(schedule && {
      schedule: schedule.map((one) => ({
        on: one.on,
        everyMs: one.everyMs,
        punctuate: (context) =>
          watched(
            () => one.punctuate(context),
            () => 'a punctuation',
            life,
          ),
      })),
    }),
    process: (record, context) => {
      const run = (): Made =>
        watched(
          () => processor.process(record, context),
          () => whatOf(record),
          life,
        );
      const fault = faults.meet(stage, record);
      if (!fault) return run();
      if ('throws' in fault) return failing(fault, run);
      return clock.sleep(fault.slowByMs, context.signal).then(run);
    },
  });
}

function failing(
  { throws, afterwards }: { readonly throws: Error; readonly afterwards: boolean },
  run: () => Made,
): Made {
  if (!afterwards) throw throws;
  const made = run();
  if (!(made instanceof Promise)) throw throws;
  return made.then(() => {
    throw throws;
  });
}

function whatOf({ topic, partition, offset }: ConsumerRecord): string {
  return `the record at ${topic}-${partition}@${offset}`;
}

function watched<T>(call: () => T | Promise<T>, what: () => string, life: TestedLife): T | Promise<T> {
  if (life.isDead()) return new Promise(() => undefined);
  const made = call();
  if (made instanceof Promise)
    life.outside.watch(made, { owner: life.clock, what: () => `stage "${life.stage}" at ${what()}` });
  return made;
}

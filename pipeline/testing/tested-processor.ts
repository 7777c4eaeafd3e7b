import type { Clock } from '../ports/clock.ts';
import type { Processor, ProcessorDefinition, ProcessResult } from '../ports/processor.ts';
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
}

type Made = ProcessResult | Promise<ProcessResult>;

/** The definition of a processor whose calls are watched, may go wrong on demand, and end with their worker. */
export function testedDefinition(definition: ProcessorDefinition, life: TestedLife): ProcessorDefinition {
  return {
    ...definition,
    create: async (options, setup) => testedProcessor(await definition.create(options, setup), life),
  };
}

function testedProcessor(processor: Processor, life: TestedLife): Processor {
  const { stage, faults, clock } = life;
  const { concurrency, schedule } = processor;
  return {
    ...(concurrency !== undefined && { concurrency }),
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
      const what = (): string => `the record at ${record.topic}-${record.partition}@${record.offset}`;
      const run = (): Made => watched(() => processor.process(record, context), what, life);
      const fault = faults.meet(stage, record);
      if (!fault) return run();
      if ('throws' in fault) return failing(fault, run);
      return clock.sleep(fault.slowByMs, context.signal).then(run);
    },
    close: async () => {
      await processor.close?.();
    },
  };
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

function watched(call: () => Made, what: () => string, life: TestedLife): Made {
  if (life.isDead()) return new Promise(() => undefined);
  const made = call();
  if (made instanceof Promise)
    life.outside.watch(made, { owner: life.clock, what: () => `stage "${life.stage}" at ${what()}` });
  return made;
}

import type { Logger } from '../../ports/logger.ts';
import { inFrontOf } from '../../ports/in-front-of.ts';
import type { Processor, ProcessorDefinition } from '../../ports/processor.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import { loadDefinition } from '../../registry/load.ts';
import { createTestDriver, type TestDeadLetter, type TestInput } from '../../testing/index.ts';
import type { RunPlan } from './run-plan.ts';

/** A record for a topic of the stage; its only one where it says none. */
export interface RunInput extends TestInput {
  readonly topic?: string | undefined;
}

/** What has come of a record. */
export interface RunResult {
  readonly outputs: readonly ConsumerRecord[];
  readonly failures: readonly TestDeadLetter[];
}

/** Runs one stage on single records, with its state in memory: the engine of `tapline test`. */
export interface Engine {
  /** @throws what makes the stage give up */
  give(input: RunInput): Promise<RunResult>;
  close(): Promise<void>;
}

export async function startEngine({ plan, stages }: RunPlan, log: Logger): Promise<Engine> {
  const processors = await Promise.all(
    stages.map(async ({ process }) => talking(await loadDefinition('processor', process), { name: process, log })),
  );
  const longest = Math.max(...stages.map(({ timeoutMs }) => timeoutMs));
  const driver = await createTestDriver({
    topology: plan,
    processors,
    startTime: Date.now(),
    patienceMs: longest,
    timesOut: true,
  });
  const inputs = stages[0]?.from ?? [];
  const outputs = [...new Set(Object.values(stages.at(-1)?.to ?? {}))];
  let told = 0;
  return {
    give: async ({ topic, ...input }) => {
      const known = inputs.find((name) => name === topic) ?? inputs[0] ?? '';
      await driver.pipeInput(known, { ...input, partition: 0 });
      const letters = stages.flatMap(({ name }) => driver.deadLetters(name));
      const failures = letters.slice(told);
      told = letters.length;
      return { outputs: outputs.flatMap((name) => driver.readOutput(name).map(({ record }) => record)), failures };
    },
    close: () => driver.close(),
  };
}

/** The processor with a log that is heard: that of the driver is silent. */
function talking(
  definition: ProcessorDefinition,
  { name, log }: { readonly name: string; readonly log: Logger },
): ProcessorDefinition {
  return {
    ...definition,
    name,
    create: async (options, setup) => {
      const processor = await definition.create(options, { ...setup, log });
      const process: Processor['process'] = (record, context) =>
        processor.process(record, Object.assign(Object.create(context) as typeof context, { log }));
      return inFrontOf(processor, { ...(processor.schedule && { schedule: processor.schedule }), process });
    },
  };
}

import type {
  ConsumerRecord,
  OutputRecord,
  Processor,
  ProcessorContext,
  ProcessorDefinition,
} from '../../../pipeline/index.ts';
import { expect } from 'vitest';

/** The processor as a stage runs it, its threads real; what it logs is kept. */
export interface StartedDetector {
  readonly processor: Processor;
  readonly log: readonly string[];
  readonly detect: (record: ConsumerRecord) => Promise<OutputRecord>;
}

export async function startDetector(definition: ProcessorDefinition, options: object): Promise<StartedDetector> {
  const lines: string[] = [];
  const keep = (_fields: object, line: string): void => void lines.push(line);
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const processor = await definition.create(definition.options.parse(options), {
    stage: 'detect',
    log,
    baseDirectory: import.meta.dirname,
  });
  const context: ProcessorContext = {
    stage: 'detect',
    task: 'detect-0_0',
    forward: () => undefined,
    store: () => expect.fail('it has no state'),
    streamTimeMs: 0,
    log,
    signal: new AbortController().signal,
  };
  return {
    processor,
    log: lines,
    detect: async (record) => (await processor.process(record, context)) as OutputRecord,
  };
}

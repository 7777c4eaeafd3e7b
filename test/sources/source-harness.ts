import { tmpdir } from 'node:os';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import type { Logger } from '../../pipeline/ports/logger.ts';
import type { SourceContext, SourceDefinition, SourceRecord } from '../../pipeline/ports/source.ts';
import { codeOf } from '../../pipeline/task/dead-letter.ts';

export interface DeadLettered {
  readonly raw: string;
  readonly code: string;
  readonly message: string;
}

/** A source as its worker would run it: real options schema, real clock, everything it says kept. */
export interface SourceRun {
  readonly records: AsyncIterable<SourceRecord>;
  readonly deadLetters: DeadLettered[];
  readonly warnings: string[];
  readonly announced: string[];
  stop(): void;
}

export function runSource(
  definition: SourceDefinition,
  options: object,
  overrides: Partial<SourceContext> = {},
): SourceRun {
  const stopping = new AbortController();
  const deadLetters: DeadLettered[] = [];
  const warnings: string[] = [];
  const announced: string[] = [];
  const context: SourceContext = {
    name: 'camera',
    topology: 'test',
    log: loggerInto(warnings),
    clock: systemClock,
    signal: stopping.signal,
    positions: new Map(),
    advance: async () => undefined,
    baseDirectory: tmpdir(),
    deadLetter: async (raw, error) => {
      deadLetters.push({ raw: raw.toString(), code: codeOf(error), message: (error as Error).message });
    },
    announce: (address) => void announced.push(address),
    ...overrides,
  };
  const records = definition.records(definition.options.parse(options), context);
  return { records, deadLetters, warnings, announced, stop: () => stopping.abort() };
}

/** The first `count` records, or all there are; then the source is left, as a worker that stops leaves it. */
export async function take(records: AsyncIterable<SourceRecord>, count = Infinity): Promise<SourceRecord[]> {
  const taken: SourceRecord[] = [];
  if (count === 0) return taken;
  for await (const record of records) {
    taken.push(record);
    if (taken.length >= count) break;
  }
  return taken;
}

function loggerInto(warnings: string[]): Logger {
  const keep = (_fields: object, message: string): number => warnings.push(message);
  return { debug: () => undefined, info: () => undefined, warn: keep, error: keep };
}

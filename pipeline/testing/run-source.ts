import { UserError, messageOf } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { SourceContext, SourceDefinition, SourcePosition, SourceRecord } from '../ports/source.ts';
import { codeOf } from '../task/dead-letter.ts';
import { TEST_BEGINS } from './create-test-driver.ts';
import { leapingClock } from './leaping-clock.ts';
import { silentLog } from './silent-log.ts';
import { decoded, textsOf, timeMsOf, type TestTime } from './test-record.ts';

/** How a test runs a source. */
export interface SourceRunOptions {
  /** Options, as under `with:` of a topology. */
  readonly with?: object;
  /** Leaves the source after so many records; one that never ends needs it. */
  readonly limit?: number;
  /** Its name in a topology; that of its definition when left out. */
  readonly name?: string;
  /** Where relative paths in options begin; the current folder when left out. */
  readonly baseDirectory?: string;
  /** Of a source with positions: what a run before this one has stored. */
  readonly positions?: ReadonlyMap<string, unknown>;
  /** Time of its clock at first; 2026-01-01T00:00:00Z when left out. */
  readonly startTime?: TestTime;
  readonly log?: Logger;
}

/** A record of a source, as tests look at it. */
export interface TestSourceRecord {
  readonly key: string | null;
  /** JSON where it is JSON, else text, or a Buffer where it is neither. */
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  /** The record as the source made it. */
  readonly record: SourceRecord;
}

/** What a source has made. */
export interface SourceRun {
  readonly records: readonly TestSourceRecord[];
  readonly deadLetters: readonly { readonly raw: string; readonly code: string; readonly message: string }[];
  /** Of a source with positions: what is stored now. */
  readonly positions: ReadonlyMap<string, unknown>;
  /** Where it said that it can be reached. */
  readonly announced: readonly string[];
}

/**
 * Runs a source without a broker, on a clock on which waiting takes no time.
 * @throws UserError ARGUMENT_INVALID where it would never end; whatever the source throws.
 */
export async function runSource(definition: SourceDefinition, given: SourceRunOptions = {}): Promise<SourceRun> {
  const options = definition.options.parse(given.with ?? {});
  const { limit = Infinity } = given;
  if (definition.nature(options).endless && limit === Infinity)
    throw new UserError('ARGUMENT_INVALID', `source "${definition.name}" never ends; give the test a limit`);
  const run = {
    records: [] as TestSourceRecord[],
    deadLetters: [] as SourceRun['deadLetters'][number][],
    announced: [] as string[],
  };
  const positions = new Map(given.positions);
  const stopping = new AbortController();
  const context = contextOf(definition, given, { ...run, positions, signal: stopping.signal });
  if (limit <= 0) return { ...run, positions };
  for await (const record of definition.records(options, context)) {
    run.records.push(testSourceRecord(record));
    if (record.position) store(positions, record.position);
    record.settled?.(true);
    if (run.records.length >= limit) break;
  }
  stopping.abort();
  return { ...run, positions };
}

interface Kept {
  readonly positions: Map<string, unknown>;
  readonly deadLetters: SourceRun['deadLetters'][number][];
  readonly announced: string[];
  readonly signal: AbortSignal;
}

function contextOf(definition: SourceDefinition, given: SourceRunOptions, kept: Kept): SourceContext {
  return {
    name: given.name ?? definition.name,
    topology: 'test',
    log: given.log ?? silentLog,
    clock: leapingClock(timeMsOf(given.startTime ?? TEST_BEGINS)),
    signal: kept.signal,
    baseDirectory: given.baseDirectory ?? process.cwd(),
    positions: new Map(given.positions),
    advance: async (position) => store(kept.positions, position),
    deadLetter: async (raw, error) =>
      void kept.deadLetters.push({ raw: raw.toString(), code: codeOf(error), message: messageOf(error) }),
    announce: (address) => void kept.announced.push(address),
  };
}

function store(positions: Map<string, unknown>, { of, at }: SourcePosition): void {
  if (at === null) positions.delete(of);
  else positions.set(of, at);
}

function testSourceRecord(record: SourceRecord): TestSourceRecord {
  const { key, value, headers, timestampMs } = record;
  return {
    key: key?.toString() ?? null,
    value: decoded(typeof value === 'string' ? Buffer.from(value) : value),
    headers: textsOf(headers),
    timestampMs,
    record,
  };
}

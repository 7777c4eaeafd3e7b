import type { Logger } from '../ports/logger.ts';
import type { ProducerRecord } from '../ports/record.ts';
import type { SinkDefinition, SinkRecord, SinkSetup } from '../ports/sink.ts';
import { TEST_BEGINS } from './create-test-driver.ts';
import { leapingClock } from './leaping-clock.ts';
import { silentLog } from './silent-log.ts';
import { encoded, timeMsOf, type TestInput } from './test-record.ts';

/** A record for a sink. */
export interface TestSinkInput extends TestInput {
  /** What the tap's `select` has made of it. */
  readonly selected?: unknown;
}

/** How a test runs a sink. */
export interface SinkRunOptions {
  /** Options, as under `with:` of a topology. */
  readonly with?: object;
  /** What it is handed, one after the other. */
  readonly records: readonly TestSinkInput[];
  /** Name of the tap; that of the definition when left out. */
  readonly name?: string;
  /** The topic the tap is on; `in` when left out. */
  readonly topic?: string;
  /** Where relative paths in options begin; the current folder when left out. */
  readonly baseDirectory?: string;
  readonly log?: Logger;
}

/** What a sink has done by way of its setup. */
export interface SinkRun {
  /** Records it has sent to topics. */
  readonly sent: readonly ProducerRecord[];
  /** Where it said that it can be reached. */
  readonly announced: readonly string[];
}

/**
 * Hands records to a sink without a broker, and closes it.
 * @throws whatever the sink throws.
 */
export async function runSink(definition: SinkDefinition, given: SinkRunOptions): Promise<SinkRun> {
  const run = { sent: [] as ProducerRecord[], announced: [] as string[] };
  const stopping = new AbortController();
  const records = given.records.map((input, index) => sinkRecord(input, given.topic ?? 'in', index));
  const setup: SinkSetup = {
    name: given.name ?? definition.name,
    group: `test.${given.name ?? definition.name}`,
    topic: given.topic ?? 'in',
    log: given.log ?? silentLog,
    clock: leapingClock(timeMsOf(TEST_BEGINS)),
    signal: stopping.signal,
    baseDirectory: given.baseDirectory ?? process.cwd(),
    openReader: () => each(records),
    send: async (sent) => void run.sent.push(...sent),
    partitionsOf: async () => 1,
    announce: (address) => void run.announced.push(address),
  };
  const sink = await definition.create(definition.options.parse(given.with ?? {}), setup);
  try {
    for (const record of records) await sink.write(record);
  } finally {
    stopping.abort();
    await sink.close?.();
  }
  return run;
}

async function* each(records: readonly SinkRecord[]): AsyncGenerator<SinkRecord> {
  yield* records;
}

function sinkRecord(input: TestSinkInput, topic: string, offset: number): SinkRecord {
  const { key = null, headers = {}, time = TEST_BEGINS, partition = 0, selected } = input;
  return {
    topic,
    partition,
    offset: BigInt(offset),
    timestampMs: timeMsOf(time),
    key: bytesOf(key),
    value: bytesOf(encoded(input.value)),
    headers,
    ...(selected !== undefined && { selected }),
  };
}

function bytesOf(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { LogPlace } from './consumer.ts';
import type { Logger } from './logger.ts';
import type { ConsumerRecord, ProducerRecord } from './record.ts';

/** Where a reader begins. */
export type StartPosition =
  'earliest' | 'latest' | { readonly timestampMs: number } | { readonly partition: number; readonly offset: bigint };

/** Reads a topic from a position, outside any consumer group that matters; ends when `signal` aborts. */
export type OpenReader = (request: {
  readonly topic: string;
  readonly from: StartPosition;
  readonly signal: AbortSignal;
}) => AsyncIterable<ConsumerRecord>;

/** What a sink is given once, when its tap starts. */
export interface SinkSetup {
  /** Name of the tap in topology.yaml. */
  readonly name: string;
  /** Its consumer group, unique at the broker: whatever the sink remembers of its offsets elsewhere belongs to it. */
  readonly group: string;
  /** The topic the tap is on. */
  readonly topic: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly baseDirectory: string;
  readonly openReader: OpenReader;
  /** Writes records and resolves when all in-sync replicas have them. Used by the `topic` sink. */
  readonly send: (records: readonly ProducerRecord[]) => Promise<void>;
  /** Partitions of a topic, for sinks that write to one. */
  readonly partitionsOf: (topic: string) => Promise<number>;
  /** Says where the sink can be reached (`http://127.0.0.1:8080/`); shown by `topology:up`. */
  readonly announce: (address: string) => void;
}

/** What a sink is handed: the record, and what the tap's `select` made of it where there is one. */
export interface SinkRecord extends ConsumerRecord {
  /** Result of `select`, undefined without one. */
  readonly selected?: unknown;
}

/** A running sink. */
export interface Sink {
  write(record: SinkRecord): Promise<void> | void;
  /**
   * Writes records of one partition in the order of their offsets: all of them, or none and throws. Then they come again
   * in smaller groups, and in the end to `write`, so that each that cannot be written is found.
   */
  writeAll?(records: readonly SinkRecord[]): Promise<void>;
  close?(): Promise<void> | void;
}

/** A sink as topology.yaml can name it. Importing its module must be cheap. */
export interface SinkDefinition<Options = unknown> {
  readonly kind: 'sink';
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /**
   * `live` begins at the newest record on every start; `history` at the place that `begins` names, so that it shows again
   * what it has shown before; `durable` goes on where it stopped and misses nothing.
   */
  readonly mode: 'live' | 'history' | 'durable';
  /** Where a sink of mode `history` begins. Default: at the earliest record. */
  begins?(options: Options, nowMs: number): LogPlace;
  /** Topics it writes to, so that they are provisioned like those of stages. */
  writes?(options: Options): readonly string[];
  create(options: Options, setup: SinkSetup): Sink | Promise<Sink>;
}

/** Declares a sink; options are inferred from the schema. */
export function defineSink<Schema extends z.ZodType>(
  spec: Omit<SinkDefinition<z.output<Schema>>, 'kind' | 'options'> & { readonly options: Schema },
): SinkDefinition<z.output<Schema>> {
  return { ...spec, kind: 'sink', options: spec.options as z.ZodType<z.output<Schema>> };
}

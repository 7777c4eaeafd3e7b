import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Headers } from './record.ts';

/** A record as a source makes it; the runtime adds `ce_*` headers that are missing and chooses the partition by key. */
export interface SourceRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Headers;
  /** Capture time, milliseconds since 1970 UTC. */
  readonly timestampMs: number;
  /** Of a source with `positions`: how far it has read with this record. */
  readonly position?: SourcePosition;
  /**
   * Told once what became of it: true when all in-sync replicas have it (of a source with `positions`: when its
   * transaction is committed), false when it will never be written. A worker that fails before tells nothing.
   */
  readonly settled?: (acknowledged: boolean) => void;
}

/** How far a source has read one of the things it reads, to be stored with the records that come of it. */
export interface SourcePosition {
  /** What is read: a file, a table. */
  readonly of: string;
  /** Where to go on: small JSON. Null forgets it. */
  readonly at: unknown;
}

/** What a source is given when it starts. */
export interface SourceContext {
  /** Name of the source in topology.yaml; the default of `frame.sourceId`. */
  readonly name: string;
  /** Name of the topology: with the name of the source it tells it from all others at one place. */
  readonly topology: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Aborts when the source shall stop. */
  readonly signal: AbortSignal;
  /** Folder of the topology file: relative paths in options are resolved against it. */
  readonly baseDirectory: string;
  /** Of a source with `positions`: what it has stored, by what is read. */
  readonly positions: ReadonlyMap<string, unknown>;
  /** Of a source with `positions`: goes on to a position without a record. Waits for room. */
  readonly advance: (position: SourcePosition) => Promise<void>;
  /**
   * Sends what could not become a record (a bad line, an odd HTTP answer) to the source's dead letters. Of a source with
   * `positions` it is written together with its next record or position.
   */
  readonly deadLetter: (raw: Buffer | string, error: unknown, headers?: Headers) => Promise<void>;
  /** Says where the source can be reached (`http://127.0.0.1:8090/orders`); shown by `topology:up`. */
  readonly announce: (address: string) => void;
}

/** How a source behaves towards time: decides drops, pauses and whether `--until-done` can ever end. */
export interface SourceNature {
  /** Never ends by itself. */
  readonly endless: boolean;
  /** Cannot be paused: what the broker cannot take is buffered, bounded, oldest dropped. Others are pulled and pause. */
  readonly live: boolean;
  /** What it makes with these options, where that is not what the definition says. */
  readonly produces?: 'frames' | 'records';
}

/** A source as topology.yaml can name it. Importing its module must be cheap. */
export interface SourceDefinition<Options = unknown> {
  readonly kind: 'source';
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** `frames` topics get the limits of large records. */
  readonly produces: 'frames' | 'records';
  /**
   * Its records carry positions, which are stored in the transaction of the records: it begins where it has stopped, and
   * nothing is lost or repeated. It is never `live`.
   */
  readonly positions?: true;
  nature(options: Options): SourceNature;
  /** Pulled by the runtime; returning ends a finite source, throwing restarts it with back-off. */
  records(options: Options, context: SourceContext): AsyncIterable<SourceRecord>;
}

/** Declares a source; options are inferred from the schema. */
export function defineSource<Schema extends z.ZodType>(
  spec: Omit<SourceDefinition<z.output<Schema>>, 'kind' | 'options'> & { readonly options: Schema },
): SourceDefinition<z.output<Schema>> {
  return { ...spec, kind: 'source', options: spec.options as z.ZodType<z.output<Schema>> };
}

import type { ConsumerRecord, KeyValueStore, OutputRecord, ProcessorContext, StoreSpec } from '../../pipeline/index.ts';
import { entryKeyOf, KeptRecords } from './kept-records.ts';
import { isPreserved, sideOf, type JoinOptions, type Side } from './options.ts';
import { Progress } from './progress.ts';
import { recordCopySerde } from './record-copy.ts';
import { sayDropped } from './say-dropped.ts';
import { pairOf, sidesOf, type JoinKey, type Kept, type Shape } from './shape.ts';
import { Unmatched } from './unmatched.ts';

interface StoreNames {
  readonly left: string;
  readonly right: string;
  readonly unmatched: string;
}

/** Frames and data are kept in different words: stores of another name never read each other's. */
const DATA: StoreNames = { left: 'left', right: 'right', unmatched: 'unmatched' };
const FRAMES: StoreNames = { left: 'leftFrames', right: 'rightFrames', unmatched: 'unmatchedFrames' };
const PROGRESS = 'progress';

/** Whether what is joined stays a frame. */
export function joinsFrames({ by, select }: JoinOptions): boolean {
  return by === 'frameId' && select === undefined;
}

/** Records are kept while their windows are open; unmatched ones until they are written. */
export function streamStreamStores(settings: JoinOptions): Record<string, StoreSpec> {
  const areFrames = joinsFrames(settings);
  const names = areFrames ? FRAMES : DATA;
  const kept: StoreSpec = {
    type: 'keyValue',
    // From when it was written on, which may be later than the time of the record.
    ttlMs: openMs(settings) + 1,
    ...(areFrames && { serde: recordCopySerde }),
  };
  const unmatched: StoreSpec = { type: 'window', retentionMs: Number.MAX_SAFE_INTEGER, serde: recordCopySerde };
  return {
    [names.left]: kept,
    [names.right]: kept,
    ...(settings.type !== 'inner' && { [names.unmatched]: unmatched, [PROGRESS]: { type: 'keyValue' } }),
  };
}

/** A record without a match. */
interface Alone<K extends Kept> {
  readonly side: Side;
  readonly key: JoinKey | null;
  readonly kept: K;
  readonly record: ConsumerRecord;
}

/** A record that can have one. */
interface Arrival<K extends Kept> extends Alone<K> {
  readonly key: JoinKey;
  /** Windows of older records have closed. */
  readonly oldestMs: number;
}

/**
 * Joins two streams: records of one key match that are at most `within` apart, if each comes while the window of the
 * other is open, that is until stream time has passed its time by more than `within` and `grace`. What matches is
 * written at once; what has not matched, when its window closes, and never otherwise.
 */
export class StreamStreamJoin<K extends Kept> {
  readonly #settings: JoinOptions;
  readonly #shape: Shape<K>;
  readonly #names: StoreNames;

  constructor(settings: JoinOptions, shape: Shape<K>) {
    this.#settings = settings;
    this.#shape = shape;
    this.#names = joinsFrames(settings) ? FRAMES : DATA;
  }

  async process(record: ConsumerRecord, context: ProcessorContext): Promise<readonly OutputRecord[]> {
    const oldestMs = context.streamTimeMs - openMs(this.#settings);
    const unmatched = this.#unmatched(context);
    const closed = unmatched?.close(oldestMs, record) ?? [];
    return [...closed, ...(await this.#take(record, context, oldestMs))];
  }

  async #take(record: ConsumerRecord, context: ProcessorContext, oldestMs: number): Promise<readonly OutputRecord[]> {
    if (record.value === null) return sayDropped('it has no value', record, context);
    const side = sideOf(record.topic, this.#settings);
    const mayBeAlone = isPreserved(side, this.#settings);
    const isRepeat = mayBeAlone && new Progress(context.store(PROGRESS)).isRepeat(side, record);
    const key = this.#shape.keyOf(record);
    const kept = await this.#shape.keep(record);
    if (key === null) {
      if (!mayBeAlone) return sayDropped('it has no key', record, context);
      return present(await this.#alone({ side, key, kept, record }));
    }
    if (kept.atMs < oldestMs) {
      if (!mayBeAlone || isRepeat) return sayDropped('its window has closed', record, context);
      return present(await this.#alone({ side, key, kept, record }));
    }
    const arrival = { side, key, kept, record, oldestMs };
    const matches = await this.#match(arrival, context);
    if (matches === null && mayBeAlone && !isRepeat) await this.#wait(arrival, context);
    const place = { id: key.id, atMs: kept.atMs, offset: record.offset };
    new KeptRecords(context.store<KeyValueStore<K>>(this.#names[side])).put(place, kept);
    return matches ?? [];
  }

  /** Outputs with all that it meets; null where it meets nothing. */
  async #match(arrival: Arrival<K>, context: ProcessorContext): Promise<readonly OutputRecord[] | null> {
    const { side, key, kept, record, oldestMs } = arrival;
    const within = withinMs(this.#settings);
    const otherSide = side === 'left' ? 'right' : 'left';
    const others = new KeptRecords(context.store<KeyValueStore<K>>(this.#names[otherSide]));
    const unmatched = isPreserved(otherSide, this.#settings) ? this.#unmatched(context) : null;
    const outputs: (OutputRecord | null)[] = [];
    for (const [entryKey, other] of others.between(
      key.id,
      Math.max(kept.atMs - within, oldestMs),
      kept.atMs + within,
    )) {
      unmatched?.remove({ side: otherSide, entryKey, atMs: other.atMs });
      outputs.push(await this.#shape.join(pairOf(key, sidesOf(side, kept, other)), record));
    }
    return outputs.length === 0 ? null : outputs.flatMap(present);
  }

  async #wait(arrival: Arrival<K>, context: ProcessorContext): Promise<void> {
    const { side, key, kept, record } = arrival;
    const output = await this.#alone(arrival);
    const entryKey = entryKeyOf({ id: key.id, atMs: kept.atMs, offset: record.offset });
    if (output) this.#unmatched(context)?.add({ side, entryKey, atMs: kept.atMs }, output, record);
  }

  #alone({ side, key, kept, record }: Alone<K>): Promise<OutputRecord | null> {
    return this.#shape.join(pairOf(key, sidesOf(side, kept, null)), record);
  }

  #unmatched(context: ProcessorContext): Unmatched | null {
    return this.#settings.type === 'inner' ? null : new Unmatched(context.store(this.#names.unmatched));
  }
}

/** How long the window of a record stays open after its time. */
function openMs(settings: JoinOptions): number {
  return withinMs(settings) + settings.grace;
}

function withinMs({ within }: JoinOptions): number {
  if (within === undefined) throw new Error('a stream-stream join without within; this is a bug, please report');
  return within;
}

function present(output: OutputRecord | null): readonly OutputRecord[] {
  return output ? [output] : [];
}

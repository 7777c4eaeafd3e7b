import { UserError } from '../../errors/pipeline-error.ts';
import type { Admin } from '../../ports/admin.ts';
import type { Producer } from '../../ports/producer.ts';
import { headerText, type ConsumerRecord } from '../../ports/record.ts';
import { originOf, redriveCount, type Origin, type RedriveTarget } from '../../task/redrive.ts';

/** Where a dead letter goes back to and what it held, or why it cannot go. */
export type Route = { readonly letter: ConsumerRecord; readonly target: RedriveTarget } | { readonly cannot: string };

interface RouterParts {
  readonly admin: Admin;
  readonly producer: Producer;
  /** `<topology>.<stage>`: what the dead letters belong to. */
  readonly part: string;
  readonly into: string | null;
  readonly maxRedrives: number;
}

/** Finds for each dead letter where it goes back to. */
export class Router {
  readonly #parts: RouterParts;
  readonly #partitions = new Map<string, Promise<number | null>>();
  readonly #readers = new Map<string, Promise<boolean>>();

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  async route(letter: ConsumerRecord): Promise<Route> {
    const { into, maxRedrives } = this.#parts;
    if (redriveCount(letter) >= maxRedrives)
      return { cannot: `replayed ${maxRedrives} times already (--max-redrives ${maxRedrives})` };
    const origin = originOf(letter);
    const topic = into ?? origin?.topic;
    if (topic === undefined) return { cannot: 'never were in a topic: a source could not write them (--into <topic>)' };
    const partitions = await this.#partitionsOf(topic);
    if (partitions === null) return { cannot: `topic ${topic} does not exist any more (--into <topic>)` };
    const whole = await this.#whole(letter, origin);
    if (!whole) return { cannot: 'are kept in part only, and the whole record is no longer where it was read' };
    const partition = await this.#partitionFor(letter, { topic, partitions, origin });
    return { letter: whole, target: { topic, partition, group: await this.#groupFor(letter, topic, origin) } };
  }

  /** The group that failed; null where it does not read the topic: then it is for all who do. */
  async #groupFor({ headers }: ConsumerRecord, topic: string, origin: Origin | null): Promise<string | null> {
    const group = headerText(headers, 'tapline.dlq.group') ?? this.#parts.part;
    return origin?.topic === topic || (await this.reads(group, topic)) ? group : null;
  }

  /** Whether a group has ever committed on a topic. */
  reads(group: string, topic: string): Promise<boolean> {
    const key = JSON.stringify([group, topic]);
    const asked =
      this.#readers.get(key) ??
      this.#parts.admin.groupOffsets(group).then((offsets) => offsets.some((offset) => offset.topic === topic));
    this.#readers.set(key, asked);
    return asked;
  }

  /** The same partition of the same topic; elsewhere by key, as any Kafka client chooses. */
  async #partitionFor(
    { key, partition }: ConsumerRecord,
    {
      topic,
      partitions,
      origin,
    }: { readonly topic: string; readonly partitions: number; readonly origin: Origin | null },
  ): Promise<number> {
    if (origin?.topic === topic && origin.partition < partitions) return origin.partition;
    return key === null ? (origin?.partition ?? partition) % partitions : this.#parts.producer.partitionFor(topic, key);
  }

  #partitionsOf(topic: string): Promise<number | null> {
    const asked = this.#partitions.get(topic) ?? this.#parts.producer.partitionsOf(topic).catch(nullIfUnknown);
    this.#partitions.set(topic, asked);
    return asked;
  }

  /** A dead letter that was cut is completed from the place it was read at, if that still holds the same record. */
  async #whole(letter: ConsumerRecord, origin: Origin | null): Promise<ConsumerRecord | null> {
    if (headerText(letter.headers, 'tapline.dlq.truncated') !== 'true') return letter;
    if (!origin || (await this.#partitionsOf(origin.topic)) === null) return null;
    const { topic, partition, offset } = origin;
    const size = Number(headerText(letter.headers, 'tapline.dlq.value-size'));
    for await (const { value } of this.#parts.admin.readRange({ topic, partition, from: offset, to: offset + 1n })) {
      const start = letter.value ?? Buffer.alloc(0);
      if (value?.length === size && value.subarray(0, start.length).equals(start)) return { ...letter, value };
    }
    return null;
  }
}

function nullIfUnknown(error: unknown): null {
  if (error instanceof UserError && error.code === 'TOPIC_UNKNOWN') return null;
  throw error;
}

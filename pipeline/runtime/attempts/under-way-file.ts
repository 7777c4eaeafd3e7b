import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { machineBoot } from '../../state/machine-boot.ts';
import { thisProcess } from '../../state/store-owner.ts';

/** A record by its place. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

const header = z.object({
  pid: z.int().positive(),
  started: z.string().nullable(),
  host: z.string(),
  boot: z.string(),
  topics: z.array(z.string()),
});

/** What a worker left: who it was and which records it was at. */
export interface UnderWay {
  readonly owner: Omit<z.infer<typeof header>, 'topics'>;
  readonly records: readonly RecordPlace[];
}

const SLOT_BYTES = 16;

/** Slots one after the other. */
export interface Block {
  readonly first: number;
  readonly slots: number;
}

/**
 * The records a worker is at, in a file that outlives the process: a line of JSON, then slots of topic (from 1; 0 is free),
 * partition and offset. One write of 16 bytes a record, some µs: a record takes the slot the one before it has left, and
 * slots that are left are only cleared by `clear`. Records that come one right after the other are noted in one write.
 */
export class UnderWayFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #slotsAt: number;
  readonly #topics: ReadonlyMap<string, number>;
  readonly #slot = Buffer.alloc(SLOT_BYTES);
  readonly #left: number[] = [];
  readonly #unclear = new Set<number>();
  readonly #blocks: Block[] = [];
  #slots = 0;

  constructor(path: string, topics: readonly string[]) {
    this.#path = path;
    this.#topics = new Map(topics.map((topic, index) => [topic, index + 1]));
    mkdirSync(dirname(path), { recursive: true });
    const owner: UnderWay['owner'] = { ...thisProcess(), host: hostname(), boot: machineBoot() };
    const line = Buffer.from(`${JSON.stringify({ ...owner, topics })}\n`);
    this.#slotsAt = line.length;
    this.#fd = openSync(`${path}.tmp`, 'w');
    writeSync(this.#fd, line, 0, line.length, 0);
    renameSync(`${path}.tmp`, path);
  }

  /** The slot in which the record is noted until the slot is left. */
  enter(record: RecordPlace): number {
    const slot = this.#left.pop() ?? this.#slots++;
    this.#unclear.add(slot);
    this.#note(record, this.#slot, 0);
    this.#writeAt(slot, this.#slot);
    return slot;
  }

  /** The slots, one after the other, in which all of these are noted until they are cleared. */
  enterAll(records: readonly RecordPlace[]): Block {
    const at = this.#blocks.findIndex(({ slots }) => slots >= records.length);
    const [free] = at >= 0 ? this.#blocks.splice(at, 1) : [];
    const block = free ?? { first: this.#slots, slots: records.length };
    if (!free) this.#slots += records.length;
    const bytes = Buffer.alloc(records.length * SLOT_BYTES);
    for (const [index, record] of records.entries()) this.#note(record, bytes, index * SLOT_BYTES);
    this.#writeAt(block.first, bytes);
    return block;
  }

  clearAll(block: Block): void {
    this.#writeAt(block.first, Buffer.alloc(block.slots * SLOT_BYTES));
    this.#blocks.push(block);
  }

  leave(slot: number): void {
    this.#left.push(slot);
  }

  /** Clears the slots that were left. */
  clear(): void {
    this.#slot.fill(0);
    for (const slot of this.#left) if (this.#unclear.delete(slot)) this.#writeAt(slot, this.#slot);
  }

  /** Nothing is under way any more, however the process may end. */
  remove(): void {
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }

  #note({ topic, partition, offset }: RecordPlace, slots: Buffer, at: number): void {
    slots.writeUInt32LE(this.#topics.get(topic) ?? 0, at);
    slots.writeUInt32LE(partition, at + 4);
    slots.writeBigInt64LE(offset, at + 8);
  }

  #writeAt(slot: number, bytes: Buffer): void {
    writeSync(this.#fd, bytes, 0, bytes.length, this.#slotsAt + slot * SLOT_BYTES);
  }
}

/** Reads such a file; null when it is not there or is none. */
export function readUnderWay(path: string): UnderWay | null {
  try {
    const bytes = readFileSync(path);
    const slotsAt = bytes.indexOf('\n') + 1;
    const { topics, ...owner } = header.parse(JSON.parse(bytes.toString('utf8', 0, slotsAt)));
    return { owner, records: recordsIn(bytes.subarray(slotsAt), topics) };
  } catch {
    return null;
  }
}

function recordsIn(slots: Buffer, topics: readonly string[]): RecordPlace[] {
  const records: RecordPlace[] = [];
  for (let at = 0; at + SLOT_BYTES <= slots.length; at += SLOT_BYTES) {
    const topic = topics[slots.readUInt32LE(at) - 1];
    if (topic === undefined) continue;
    records.push({ topic, partition: slots.readUInt32LE(at + 4), offset: slots.readBigInt64LE(at + 8) });
  }
  return records;
}

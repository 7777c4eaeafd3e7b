import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError, UserError, messageOf } from '../errors/pipeline-error.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import { beginManifest, writeManifest, type Manifest } from './manifest.ts';
import { FILE_BEGIN, encodeRecord } from './record-format.ts';

/** A file is closed when it has become larger than this. */
const FILE_BYTES = 256 * 1024 * 1024;

type RecordedFile = Manifest['files'][number];

interface OpenFile {
  readonly handle: FileHandle;
  readonly entry: { -readonly [name in keyof RecordedFile]: RecordedFile[name] };
}

/** What is recorded. */
export type RecordingSubject = Pick<Manifest, 'topic' | 'partitions' | 'maxMessageBytes' | 'startedAt'>;

/**
 * Keeps records in a folder: `recording.json`, and for each partition files of records, named after partition and first
 * offset. What was added is in the files when `add` resolves, whole or (after a kill) with half a record at the end.
 */
export class RecordingWriter {
  readonly #folder: string;
  readonly #manifest: Manifest;
  readonly #open = new Map<number, OpenFile>();
  readonly #files: RecordedFile[] = [];
  records = 0;
  bytes = 0;

  private constructor(folder: string, manifest: Manifest) {
    this.#folder = folder;
    this.#manifest = manifest;
  }

  /** @throws UserError RECORDING_EXISTS, RECORDING_UNWRITABLE */
  static async begin(folder: string, subject: RecordingSubject): Promise<RecordingWriter> {
    const manifest: Manifest = { format: 'tapline-recording', version: 1, ...subject, endedAt: null, files: [] };
    await onDisk(folder, async () => {
      await mkdir(folder, { recursive: true });
      await beginManifest(folder, manifest);
    });
    return new RecordingWriter(folder, manifest);
  }

  /** Adds consecutive records of one partition. */
  async add(records: readonly ConsumerRecord[]): Promise<void> {
    const [first, last] = [records[0], records.at(-1)];
    if (!first || !last) return;
    const encoded = Buffer.concat(records.map(encodeRecord));
    await onDisk(this.#folder, async () => {
      const { handle, entry } = this.#open.get(first.partition) ?? (await this.#begin(first));
      await handle.appendFile(encoded);
      entry.bytes += encoded.length;
      entry.records += records.length;
      entry.high = String(last.offset + 1n);
      if (entry.bytes >= FILE_BYTES) await this.#close(first.partition);
    });
    this.records += records.length;
    this.bytes += encoded.length;
  }

  /** Ends the recording in good order. */
  async end(endedAt: string): Promise<void> {
    await this.close();
    const manifest = { ...this.#manifest, endedAt, files: this.#files };
    await onDisk(this.#folder, () => writeManifest(this.#folder, manifest));
  }

  /** Lets go of the files; a recording that is not ended before is one that was broken off. */
  async close(): Promise<void> {
    await onDisk(this.#folder, async () => {
      for (const partition of [...this.#open.keys()]) await this.#close(partition);
    });
  }

  async #begin({ partition, offset }: ConsumerRecord): Promise<OpenFile> {
    const file = fileName(partition, offset);
    const handle = await open(join(this.#folder, file), 'ax');
    await handle.appendFile(FILE_BEGIN);
    const [low, high] = [String(offset), String(offset)];
    const opened = { handle, entry: { file, partition, bytes: FILE_BEGIN.length, records: 0, low, high } };
    this.#open.set(partition, opened);
    this.#files.push(opened.entry);
    return opened;
  }

  async #close(partition: number): Promise<void> {
    const file = this.#open.get(partition);
    this.#open.delete(partition);
    await file?.handle.sync();
    await file?.handle.close();
  }
}

/** `2-00000000000000004711.records`: in the order of names, the files of a partition are in the order of offsets. */
function fileName(partition: number, offset: bigint): string {
  return `${partition}-${String(offset).padStart(20, '0')}.records`;
}

async function onDisk(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    const sentence = `${folder} cannot be written: ${messageOf(cause)}; make room, correct its rights or choose another`;
    throw new UserError('RECORDING_UNWRITABLE', sentence, { cause });
  }
}

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FatalError } from '../errors/pipeline-error.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { FILE_BEGIN, decodeRecords, type RecordedRecord } from './record-format.ts';

const READ_BYTES = 1024 * 1024;
const FILE_NAME = /^(\d+)-(\d{20})\.records$/;

interface PartitionFiles {
  readonly partition: number;
  /** In the order of offsets. */
  readonly paths: readonly string[];
}

/** A folder that `record` has made. */
export class Recording {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly #files: readonly PartitionFiles[];
  /** Bytes at the ends of files that are no whole record: the recording was killed. Known once they have been read. */
  readonly #torn = new Map<string, number>();

  private constructor(folder: string, manifest: Manifest, files: readonly PartitionFiles[]) {
    this.folder = folder;
    this.manifest = manifest;
    this.#files = files;
  }

  /** @throws UserError RECORDING_UNREADABLE; FatalError RECORDING_DAMAGED where a file is not as long as it was. */
  static async open(folder: string): Promise<Recording> {
    const manifest = await readManifest(folder);
    const byPartition = new Map<number, string[]>();
    for (const name of (await readdir(folder)).sort()) {
      const partition = FILE_NAME.exec(name)?.[1];
      if (partition === undefined) continue;
      const paths = byPartition.get(Number(partition)) ?? [];
      byPartition.set(Number(partition), [...paths, join(folder, name)]);
    }
    for (const { file, bytes } of manifest.files) await throwUnlessLong(join(folder, file), bytes);
    const files = [...byPartition].map(([partition, paths]) => ({ partition, paths }));
    return new Recording(
      folder,
      manifest,
      files.sort((a, b) => a.partition - b.partition),
    );
  }

  /** Whether it was ended in good order. */
  get isComplete(): boolean {
    return this.manifest.endedAt !== null;
  }

  /** Partitions there are records of, ascending. */
  get partitions(): readonly number[] {
    return this.#files.map(({ partition }) => partition);
  }

  get tornBytes(): number {
    return [...this.#torn.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /**
   * The records of a partition in their order, piece by piece. Half a record at the very end is left out where the
   * recording was not ended in good order.
   * @throws FatalError RECORDING_DAMAGED naming file and byte.
   */
  async *pieces(partition: number): AsyncGenerator<readonly ConsumerRecord[]> {
    const { paths } = this.#files.find((files) => files.partition === partition) ?? { paths: [] };
    const { topic } = this.manifest;
    for (const [index, path] of paths.entries()) {
      const mayBeTorn = !this.isComplete && index === paths.length - 1;
      for await (const records of this.#piecesOf(path, mayBeTorn))
        yield records.map((record) => ({ ...record, topic, partition }));
    }
  }

  async *#piecesOf(path: string, mayBeTorn: boolean): AsyncGenerator<readonly RecordedRecord[]> {
    const { size } = await stat(path);
    let rest: Buffer = Buffer.alloc(0);
    let at = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (at === 0) {
        if (!FILE_BEGIN.equals(rest.subarray(0, FILE_BEGIN.length))) break;
        at = FILE_BEGIN.length;
        rest = rest.subarray(at);
      }
      const { records, consumed, damage } = decodeRecords(rest);
      at += consumed;
      rest = rest.subarray(consumed);
      if (records.length > 0) yield records;
      const isLast = damage !== null && rest.length >= 8 && at + 8 + rest.readUInt32BE(0) === size;
      if (damage !== null && !(mayBeTorn && isLast)) throw damaged(path, at, damage);
    }
    if (at < size && !mayBeTorn) throw damaged(path, at, 'it ends in the middle of a record');
    if (at < size) this.#torn.set(path, size - at);
  }
}

async function throwUnlessLong(path: string, bytes: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size !== bytes) throw damaged(path, size, `it should have ${bytes} bytes`);
}

function damaged(path: string, at: number, why: string): FatalError {
  return new FatalError(
    'RECORDING_DAMAGED',
    `${path} is damaged at byte ${at}: ${why}; take it from where it was copied, or record anew`,
  );
}

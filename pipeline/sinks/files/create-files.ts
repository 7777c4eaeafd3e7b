import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PoisonRecordError } from '../../errors/pipeline-error.ts';
import type { Sink, SinkRecord, SinkSetup } from '../../ports/sink.ts';
import { recordLine } from '../record-data.ts';
import { frameMetaIfAny, pictureTypeOf } from '../shown-picture.ts';
import { diskError } from './disk-error.ts';
import { pictureFileName, safeName } from './file-name.ts';
import { LineFile } from './line-file.ts';

export interface FilesSettings {
  readonly directory: string;
  readonly format: 'auto' | 'pictures' | 'jsonl';
  readonly limit?: number | undefined;
}

/** @throws UserError SINK_FILE_UNWRITABLE where the directory cannot be made. */
export async function createFiles(settings: FilesSettings, setup: SinkSetup): Promise<Sink> {
  const directory = resolve(setup.baseDirectory, settings.directory);
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw diskError(directory, error);
  });
  return new Files(directory, settings, setup);
}

class Files implements Sink {
  readonly #directory: string;
  readonly #settings: FilesSettings;
  readonly #setup: SinkSetup;
  readonly #lineFiles = new Map<string, LineFile>();
  #kept = 0;

  constructor(directory: string, settings: FilesSettings, setup: SinkSetup) {
    this.#directory = directory;
    this.#settings = settings;
    this.#setup = setup;
  }

  async write(record: SinkRecord): Promise<void> {
    const { limit = Infinity } = this.#settings;
    if (this.#kept >= limit) return;
    const isNew = await this.#keep(record);
    if (!isNew) return;
    this.#kept++;
    if (this.#kept < limit) return;
    const { name, log } = this.#setup;
    log.info(
      { tap: name },
      `tap "${name}" has kept ${limit} records in ${this.#directory}, its limit; it keeps no more`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lineFiles.values()].map((file) => file.close()));
    this.#lineFiles.clear();
  }

  /** True unless the record is a repeat of one already kept. */
  async #keep(record: SinkRecord): Promise<boolean> {
    const contentType = this.#settings.format === 'jsonl' ? null : pictureTypeOf(record);
    if (contentType !== null && record.value) return this.#keepPicture(record, contentType, record.value);
    if (this.#settings.format !== 'pictures') return this.#keepLine(record);
    const { topic, partition, offset } = record;
    throw new PoisonRecordError(
      'SINK_NOT_PICTURE',
      `${topic}-${partition}@${offset} holds no encoded picture; tap a topic that does, or use format: jsonl`,
      { where: { topic, partition, offset } },
    );
  }

  /** Under another name first: whoever looks into the directory sees whole pictures only. */
  async #keepPicture(record: SinkRecord, contentType: string, value: Buffer): Promise<boolean> {
    const path = join(this.#directory, pictureFileName(record, frameMetaIfAny(record), contentType));
    const unfinished = `${path}.part`;
    try {
      const isNew = (await stat(path).catch(() => null)) === null; // absent: new
      await writeFile(unfinished, value);
      await rename(unfinished, path);
      return isNew;
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined); // the first error says it all
      throw diskError(path, error);
    }
  }

  async #keepLine(record: SinkRecord): Promise<boolean> {
    const path = join(this.#directory, `${safeName(record.topic)}-${record.partition}.jsonl`);
    try {
      const file = this.#lineFiles.get(path) ?? (await LineFile.open(path));
      this.#lineFiles.set(path, file);
      return await file.append(record, recordLine(record, 'base64'));
    } catch (error) {
      throw diskError(path, error);
    }
  }
}

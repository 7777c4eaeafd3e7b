import { appendFile, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { byTime } from '../../pipeline/recording/by-time.ts';
import { recordedLog, recordedRanges } from '../../pipeline/recording/recorded-log.ts';
import { RecordingWriter } from '../../pipeline/recording/recording-writer.ts';
import { Recording } from '../../pipeline/recording/recording.ts';
import { scratchFolders } from '../sources/scratch.ts';
import { aRecord } from '../task/records.ts';

const scratch = scratchFolders();
const subject = { topic: 'in', partitions: 2, maxMessageBytes: 1024, startedAt: '2026-11-21T10:00:00Z' };

const at = (partition: number, offset: number, timestampMs = offset): ConsumerRecord =>
  aRecord({ partition, offset: BigInt(offset), timestampMs, value: Buffer.from(`${partition}@${offset}`) });

interface Kept {
  readonly folder: string;
  /** The only file of a partition. */
  readonly file: (partition: number) => string;
}

/** A recording of some records, ended in good order or not. */
async function kept(batches: readonly (readonly ConsumerRecord[])[], { ended = true } = {}): Promise<Kept> {
  const folder = join(await scratch(), 'recording');
  const writer = await RecordingWriter.begin(folder, subject);
  for (const batch of batches) await writer.add(batch);
  await (ended ? writer.end('2026-11-21T10:01:00Z') : writer.close());
  const names = await readdir(folder);
  return {
    folder,
    file: (partition) =>
      join(
        folder,
        names.find((name) => name.startsWith(`${partition}-`))!,
      ),
  };
}

async function valuesOf(records: AsyncIterable<ConsumerRecord>): Promise<string[]> {
  const values: string[] = [];
  for await (const { value } of records) values.push(String(value));
  return values;
}

describe('a recording', () => {
  it('gives back the records of all partitions as time brought them, each partition in its order', async () => {
    const { folder } = await kept([
      [at(1, 5, 100), at(1, 6, 300), at(1, 7, 200)],
      [at(0, 0, 150), at(0, 1, 250)],
      [at(1, 8, 400)],
    ]);

    const recording = await Recording.open(folder);

    expect(recording.manifest).toMatchObject({
      topic: 'in',
      files: [{ low: '5', high: '9', records: 4 }, { records: 2 }],
    });
    expect(await valuesOf(byTime(recording))).toEqual(['1@5', '0@0', '0@1', '1@6', '1@7', '1@8']);
    expect(recording.tornBytes).toBe(0);
  });

  it('whose writer was killed gives all but half a record, and says how much that is', async () => {
    const { folder, file } = await kept([[at(0, 0), at(0, 1)], [at(0, 2)]], { ended: false });
    const { length } = await readFile(file(0));

    for (const cut of [1, 7, 20]) {
      await truncate(file(0), length - cut);
      const recording = await Recording.open(folder);
      expect(await valuesOf(byTime(recording))).toEqual(['0@0', '0@1']);
      expect(recording.tornBytes).toBeGreaterThan(0);
    }
  });

  it('whose last record was written in part only, with room for all of it, leaves that out', async () => {
    const { folder, file } = await kept([[at(0, 0), at(0, 1)]], { ended: false });
    const bytes = await readFile(file(0));
    bytes.fill(0, bytes.length - 6); // a file may have its length before its bytes
    await writeFile(file(0), bytes);

    expect(await valuesOf(byTime(await Recording.open(folder)))).toEqual(['0@0']);
  });

  it('that is damaged anywhere else is refused, with file and byte', async () => {
    const { folder, file } = await kept([[at(0, 0), at(0, 1), at(0, 2)]], { ended: false });
    const bytes = await readFile(file(0));
    bytes[20]! ^= 1;
    await writeFile(file(0), bytes);

    await expect(valuesOf(byTime(await Recording.open(folder)))).rejects.toMatchObject({
      code: 'RECORDING_DAMAGED',
      message: `${file(0)} is damaged at byte 8: its checksum is wrong; take it from where it was copied, or record anew`,
    });
  });

  it('that was ended must have the files it ended with', async () => {
    const short = await kept([[at(0, 0)]]);
    const long = await kept([[at(0, 0)]]);
    await truncate(short.file(0), 30);
    await appendFile(long.file(0), 'x');

    for (const { folder } of [short, long])
      await expect(Recording.open(folder)).rejects.toMatchObject({ code: 'RECORDING_DAMAGED' });
  });

  it('is not begun where another one is, nor read where none is', async () => {
    const { folder } = await kept([[at(0, 0)]]);

    await expect(RecordingWriter.begin(folder, subject)).rejects.toMatchObject({ code: 'RECORDING_EXISTS' });
    await expect(Recording.open(await scratch())).rejects.toMatchObject({ code: 'RECORDING_UNREADABLE' });
  });

  it('larger than one read gives every record once', async () => {
    const value = Buffer.alloc(700_000, 7);
    const large = Array.from({ length: 5 }, (_, n) => ({ ...at(0, n), value }));
    const { folder } = await kept([large]);

    const offsets: bigint[] = [];
    for await (const record of byTime(await Recording.open(folder))) {
      expect(value.equals(record.value!)).toBe(true);
      offsets.push(record.offset);
    }

    expect(offsets).toEqual([0n, 1n, 2n, 3n, 4n]);
  });
});

describe('stretches of a recording', () => {
  it('are chosen by offset, time and partition, and read under the name of the input', async () => {
    const recording = await Recording.open(
      (await kept([[at(0, 3, 30), at(0, 4, 40), at(0, 7, 70)], [at(1, 0, 35)]])).folder,
    );
    const ranges = (from: object | null, to: object | null): Promise<unknown> =>
      recordedRanges(recording, 'input', {
        from: from && { partition: null, ...from },
        to: to && { partition: null, ...to },
      });
    const range = (partition: number, from: bigint, to: bigint): object => ({ topic: 'input', partition, from, to });

    expect(await ranges(null, null)).toEqual([range(0, 3n, 8n), range(1, 0n, 1n)]);
    expect(await ranges({ timestampMs: 40 }, null)).toEqual([range(0, 4n, 8n)]);
    expect(await ranges({ offset: 4n, partition: 0 }, { offset: 7n })).toEqual([range(0, 4n, 5n)]);

    const log = recordedLog(new Map([['input', recording]]));
    const read: unknown[] = [];
    const signal = new AbortController().signal;
    for await (const { records, nextOffset } of log.read({ topic: 'input', partition: 0, from: 4n, to: 8n }, signal))
      read.push({ places: records.map(({ topic, offset }) => `${topic}@${offset}`), nextOffset });
    expect(read).toEqual([{ places: ['input@4', 'input@7'], nextOffset: 8n }]);
  });
});

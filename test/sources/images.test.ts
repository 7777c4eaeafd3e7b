import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFrame } from '../../pipeline/frame/frame.ts';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import images from '../../pipeline/sources/images.ts';
import { media, needs } from './prerequisites.ts';
import { scratchFolders } from './scratch.ts';
import { runSource, take } from './source-harness.ts';

const frameOf = (record: SourceRecord) => readFrame(record as never);
const filesOf = (records: readonly SourceRecord[]) => records.map((record) => frameOf(record).meta.frame['file']);

describe('images', () => {
  const scratch = scratchFolders();

  async function folderWith(...names: readonly string[]): Promise<string> {
    const folder = await scratch();
    await mkdir(join(folder, 'pictures/deep'), { recursive: true });
    for (const name of names) await writeFile(join(folder, name), name);
    return folder;
  }

  it('sends every file of a folder and below, in natural order, whatever it is', async () => {
    const names = ['pictures/10.jpg', 'pictures/2.jpg', 'pictures/deep/1.txt', 'pictures/no-extension'];
    const baseDirectory = await folderWith(...names);

    const records = await take(runSource(images, { path: 'pictures' }, { baseDirectory }).records);

    expect(filesOf(records)).toEqual([
      'pictures/2.jpg',
      'pictures/10.jpg',
      'pictures/deep/1.txt',
      'pictures/no-extension',
    ]);
    expect(records.map(({ value }) => String(value))).toEqual(filesOf(records));
    expect(records.map((record) => frameOf(record).meta.frame.seq)).toEqual([0, 1, 2, 3]);
    expect(frameOf(records[0]!)).toMatchObject({ contentType: 'application/octet-stream' });
    expect(frameOf(records[0]!).meta.frame.kind).toBe('file');
  });

  it('takes a pattern, or a single file', async () => {
    const baseDirectory = await folderWith('pictures/a.jpg', 'pictures/b.png', 'pictures/deep/c.jpg');

    const byPattern = await take(runSource(images, { path: 'pictures/**/*.jpg' }, { baseDirectory }).records);
    const single = await take(runSource(images, { path: 'pictures/b.png' }, { baseDirectory }).records);

    expect(filesOf(byPattern)).toEqual(['pictures/a.jpg', 'pictures/deep/c.jpg']);
    expect(filesOf(single)).toEqual(['pictures/b.png']);
  });

  it('takes a file whose name looks like a pattern for that file', async () => {
    const baseDirectory = await folderWith('pictures/[1]*.jpg');

    const records = await take(runSource(images, { path: 'pictures/[1]*.jpg' }, { baseDirectory }).records);

    expect(filesOf(records)).toEqual(['pictures/[1]*.jpg']);
  });

  it('names what is not there or empty', async () => {
    const baseDirectory = await folderWith();
    const reading = (path: string) => take(runSource(images, { path }, { baseDirectory }).records);

    await expect(reading('pictures')).rejects.toMatchObject({
      code: 'SOURCE_FILE_MISSING',
      message: `source "camera": ${join(baseDirectory, 'pictures')} holds no file; correct path`,
    });
    await expect(reading('*.jpg')).rejects.toThrow(/\*\.jpg matches no file; correct path/);
  });

  it('makes a dead letter of a file that is too large, and goes on', async () => {
    const baseDirectory = await folderWith('pictures/large.jpg', 'pictures/small.jpg');
    await truncate(join(baseDirectory, 'pictures/large.jpg'), 5000);
    const run = runSource(images, { path: 'pictures', maxBytes: '4KB' }, { baseDirectory });

    const records = await take(run.records);

    expect(filesOf(records)).toEqual(['pictures/small.jpg']);
    expect(run.deadLetters).toEqual([
      {
        raw: '',
        code: 'SOURCE_RECORD_TOO_LARGE',
        message: `${join(baseDirectory, 'pictures/large.jpg')} has 5000 bytes, more than maxBytes (4KB); raise it or shrink the file`,
      },
    ]);
  });

  it('follows links, and comes to an end where they lead nowhere or round in a circle', async () => {
    const baseDirectory = await folderWith('pictures/a.jpg');
    await symlink('nowhere', join(baseDirectory, 'pictures/lost.jpg'));
    await symlink('..', join(baseDirectory, 'pictures/deep/round'));

    const records = await take(runSource(images, { path: 'pictures' }, { baseDirectory }).records);

    expect(filesOf(records)).toEqual(['pictures/a.jpg', 'pictures/deep/round/a.jpg']);
  });

  it('sends them again and again with loop, at the pace of fps', async () => {
    const baseDirectory = await folderWith('pictures/a.jpg', 'pictures/b.jpg');
    const run = runSource(images, { path: 'pictures', loop: true, fps: 20 }, { baseDirectory });

    const records = await take(run.records, 5);

    expect(filesOf(records).map((file) => String(file).at(-5))).toEqual(['a', 'b', 'a', 'b', 'a']);
    expect(records[4]!.timestampMs - records[0]!.timestampMs).toBeGreaterThan(190);
    expect(images.nature(images.options.parse({ path: 'pictures', loop: true }))).toEqual({
      endless: true,
      live: false,
    });
  });

  it.skipIf(needs.media.missing)(`sends the hostile files byte for byte${needs.media.why}`, async () => {
    const hostile = join(media, 'hostile');
    const entries = await readdir(hostile, { recursive: true, withFileTypes: true });
    const expected = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

    const records = await take(runSource(images, { path: hostile }, { baseDirectory: media }).records);

    expect(filesOf(records).sort()).toEqual(expected.map((path) => relative(media, path)).sort());
    for (const record of records) {
      const { meta, bytes } = frameOf(record);
      expect(bytes.equals(await readFile(join(media, String(meta.frame['file']))))).toBe(true);
    }
    const types = new Set(records.map((record) => frameOf(record).contentType));
    const pictures = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];
    expect([...types].sort()).toEqual([...pictures, 'application/octet-stream'].sort());
  });
});

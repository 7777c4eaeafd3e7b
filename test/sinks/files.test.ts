import { appendFile, chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sink } from '../../pipeline/ports/sink.ts';
import files from '../../pipeline/sinks/files.ts';
import { frames, sinkRecord, sinkSetup } from './sink-setup.ts';

const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  .jpeg()
  .toBuffer();
let folder: string;
const sinks: Sink[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapline-files-'));
});

afterEach(async () => {
  await Promise.all(sinks.splice(0).map(async (sink) => sink.close?.()));
  await rm(folder, { recursive: true, force: true });
});

async function start(options: object = {}): Promise<Sink> {
  const settings = files.options.parse({ directory: 'out/deep', ...options });
  const sink = await files.create(settings, sinkSetup({ baseDirectory: folder }));
  sinks.push(sink);
  return sink;
}

function kept(): Promise<string[]> {
  return readdir(join(folder, 'out/deep')).then((names) => names.sort());
}

async function lines(name: string): Promise<unknown[]> {
  const text = await readFile(join(folder, 'out/deep', name), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { value: unknown }).value);
}

const json = (offset: bigint, value: unknown, timestampMs = 1000 + Number(offset)) =>
  sinkRecord({ offset, timestampMs, value: Buffer.from(JSON.stringify(value)) });

describe('pictures in files', () => {
  it('are named by source and number, so that a repeat overwrites the same file', async () => {
    const sink = await start();
    const frame = frames();
    const [first, second] = [frame(jpeg), frame(jpeg)];

    for (const record of [first, second, first]) await sink.write(record);

    const names = await kept();
    expect(names).toHaveLength(2);
    expect(names[0]).toMatch(/^cam-\w+-00000000\.jpg$/);
    expect(await readFile(join(folder, 'out/deep', names[1]!))).toEqual(jpeg);
  });

  it('are named by their place in the topic where no frame-meta tells of a source', async () => {
    const sink = await start();

    await sink.write(
      sinkRecord({ topic: 'doors', partition: 2, offset: 31n, value: await sharp(jpeg).png().toBuffer() }),
    );

    expect(await kept()).toEqual(['doors-2-00000031.png']);
  });

  it.each(['../../evil', '..', '/etc/passwd', 'a\\b', 'nul\u0000', 'x'.repeat(300)])(
    'stay in their directory whatever the source is called: %j',
    async (sourceId) => {
      const sink = await start();

      await sink.write(frames({ sourceId })(jpeg));

      const [name, ...others] = await kept();
      expect(others).toEqual([]);
      expect(name).toMatch(/^[\w-][\w.-]{1,200}\.jpg$/);
      expect(await readdir(folder)).toEqual(['out']);
    },
  );

  it('of sources with similar names do not overwrite each other', async () => {
    const sink = await start();

    await sink.write(sinkRecord({ topic: 'a', value: jpeg }));
    for (const sourceId of ['a/b', 'a_b', 'a:b']) await sink.write(frames({ sourceId })(jpeg));

    expect(await kept()).toHaveLength(4);
  });

  it('refuse records that hold none, which then become dead letters', async () => {
    const sink = await start({ format: 'pictures' });

    await expect(sink.write(json(5n, {}))).rejects.toMatchObject({
      code: 'SINK_NOT_PICTURE',
      message: 'in-0@5 holds no encoded picture; tap a topic that does, or use format: jsonl',
    });
  });
});

describe('JSON lines in files', () => {
  it('hold every record of a partition once, though some come again after a crash', async () => {
    const before = await start();
    for (const n of [0n, 1n, 2n]) await before.write(json(n, Number(n)));
    await before.close?.();
    await appendFile(join(folder, 'out/deep/in-0.jsonl'), '{"topic":"in","offset":"3","val'); // cut short by the crash

    const after = await start();
    for (const n of [1n, 2n, 3n]) await after.write(json(n, Number(n)));

    expect(await lines('in-0.jsonl')).toEqual([0, 1, 2, 3]);
  });

  it('find the last line even where it is longer than what is read at a time', async () => {
    const before = await start();
    const long = 'x'.repeat(200_000);
    await before.write(json(0n, 'short'));
    await before.write(json(1n, long));
    await before.close?.();

    const after = await start();
    await after.write(json(1n, long));
    await after.write(json(2n, 'end'));

    expect(await lines('in-0.jsonl')).toEqual(['short', long, 'end']);
  });

  it('go on when the topic was made anew and counts from 0 again', async () => {
    const sink = await start();
    await sink.write(json(7n, 'old'));

    await sink.write(json(0n, 'new', 2_000_000));

    expect(await lines('in-0.jsonl')).toEqual(['old', 'new']);
  });

  it('keep bytes that are no text as base64, and frames when asked to', async () => {
    const sink = await start({ format: 'jsonl' });

    await sink.write(frames()(jpeg));

    expect(await lines('frames.annotated-0.jsonl')).toEqual([{ base64: jpeg.toString('base64') }]);
  });

  it('end at the limit', async () => {
    const sink = await start({ limit: 2 });

    for (const n of [0n, 0n, 1n, 2n]) await sink.write(json(n, Number(n)));

    expect(await lines('in-0.jsonl')).toEqual([0, 1]);
  });
});

describe('directory of files', () => {
  it('that is a file is the mistake of the user', async () => {
    await writeFile(join(folder, 'out'), '');

    await expect(start()).rejects.toMatchObject({ name: 'UserError', code: 'SINK_FILE_UNWRITABLE' });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written to fails with its path (skipped for root)', async () => {
    const sink = await start();
    await chmod(join(folder, 'out/deep'), 0o500);

    await expect(sink.write(json(0n, 1))).rejects.toThrow(join(folder, 'out/deep'));
    await chmod(join(folder, 'out/deep'), 0o700);
  });
});

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { tapline } from '../integration/topology-run.ts';
import { topologyFolder } from '../registry/topology-folder.ts';

const topology = `
name: pictures
topics: { photos: {} }
stages:
  decode: { from: photos, process: decode, to: pixels }
  resize: { from: pixels, process: resize, to: small, with: { width: 64 } }
  encode: { from: small, process: encode, to: pictures, with: { format: jpeg, quality: 80 } }
`;

/** A test that expects the encoded picture, and the raw pixels before it, to look as the files say. */
function expecting(picture: string): string {
  return `
tests:
  - name: makes photos small
    steps:
      - input: { topic: photos, records: [ { key: a, frame: { picture: photo.png } } ] }
      - expect: { topic: small, records: [ { key: a, picture: small.png } ] }
      - expect: { topic: pictures, records: [ { key: a, ${picture} } ] }
`;
}

/** A white square on blue, its left edge at `left` of 256. */
async function square(left: number, width = 256): Promise<Buffer> {
  const white = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  const large = await sharp({ create: { width: 256, height: 256, channels: 3, background: '#036' } })
    .composite([{ input: white, left, top: 96 }])
    .png()
    .toBuffer();
  return sharp(large).resize(width).png().toBuffer();
}

async function told(picture: string): Promise<{ readonly lines: readonly string[]; readonly code: number | null }> {
  const directory = await topologyFolder({ 'topology.yaml': topology, 'photo.test.yaml': expecting(picture) });
  await writeFile(join(directory, 'photo.png'), await square(96));
  await writeFile(join(directory, 'small.png'), await square(96, 64));
  await writeFile(join(directory, 'moved.png'), await square(104, 64));
  await writeFile(join(directory, 'large.png'), await square(96, 128));
  await writeFile(join(directory, 'words.png'), 'no picture');
  const run = await tapline({ args: ['test'], directory, env: { TMPDIR: directory } });
  const code = await run.ended;
  return { lines: run.lines, code };
}

describe('a picture that a test expects', () => {
  test('is found again in raw pixels and in what JPEG has made of it', async () => {
    const { lines, code } = await told('picture: small.png');

    expect(lines.join('\n')).toContain('1 passed');
    expect(code).toBe(0);
  });

  test('is missed where something has moved, and both pictures can be looked at', async () => {
    const { lines, code } = await told('picture: moved.png');

    const text = lines.join('\n');
    expect(code).toBe(1);
    expect(text).toMatch(/photo\.test\.yaml:7:\d+ record 1 of pictures is not as expected/);
    expect(text).toMatch(
      /picture: expected moved\.png \(64x64, within 0\.001\), found 0\.0\d+ of its pixels different/,
    );
    expect(text).not.toContain('Buffer');
    const [found, marked] = [...text.matchAll(/(?:found|in red): (\S+\.png)$/gm)].map(([, file]) => String(file));
    expect(existsSync(String(found)) && existsSync(String(marked))).toBe(true);
    expect(await sharp(found).metadata()).toMatchObject({ format: 'png', width: 64, height: 64 });
  });

  test('may have moved a little where the test allows for it', async () => {
    expect(await told('picture: moved.png, within: 0.05')).toMatchObject({ code: 0 });
  });

  test('has its own size', async () => {
    const { lines, code } = await told('picture: large.png');

    expect(code).toBe(1);
    expect(lines.join('\n')).toContain('expected large.png (128x128, within 0.001), found a picture of 64x64');
  });

  test('that is not there yet is written to where it can be taken from', async () => {
    const { lines, code } = await told('picture: new.png');

    const text = lines.join('\n');
    expect(code).toBe(1);
    expect(text).toContain('expected new.png, found a picture of 64x64, and no such file yet');
    expect(existsSync(String(/found: (\S+new\.png)$/m.exec(text)?.[1]))).toBe(true);
  });

  test('is a picture, and has a tolerance of its own alone', async () => {
    const words = await told('picture: words.png');
    const foreign = await told('within: 0.5');
    const folder = await told('picture: .');

    expect(words.lines.join('\n')).toMatch(/words\.png is no picture; name a PNG/);
    expect(folder.lines.join('\n')).toMatch(/TEST_INVALID .* cannot be read: EISDIR.*; name a picture/);
    expect(foreign).toMatchObject({ code: 2 });
    expect(foreign.lines.join('\n')).toMatch(
      /photo\.test\.yaml:7:\d+[^]*within is 0.5; it must be left out: it belongs to picture/,
    );
  });
});

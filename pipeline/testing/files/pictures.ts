import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { UserError } from '../../errors/pipeline-error.ts';
import type { TestOutput } from '../test-record.ts';
import { ExpectedPicture, FoundPicture } from './picture-matching.ts';
import { readPixels, writePixels, type Pixels } from './pixels.ts';
import { readIfThere } from './read-beside.ts';
import type { Fields, Mismatch } from './record-matching.ts';

/** What of a record of a test file is about its picture. */
interface PictureSpec {
  readonly picture?: string | undefined;
  readonly within?: number | undefined;
}

/** One pixel in a thousand. */
const WITHIN = 0.001;

/**
 * What a record is matched by, with the picture it shall show read from beside the test.
 * @throws UserError TEST_INVALID where the file is no picture
 */
export async function readExpected(
  { picture, within = WITHIN, ...fields }: Fields & PictureSpec,
  beside: string,
): Promise<Fields> {
  if (picture === undefined) return fields;
  const pixels = await readPicture(beside, picture);
  return { ...fields, picture: new ExpectedPicture(picture, within, pixels) };
}

/** What a record shows. */
export async function readFound({ record, headers }: TestOutput): Promise<FoundPicture> {
  return new FoundPicture(record.value && (await readPixels(record.value, headers['content-type'])));
}

/** Writes the picture of a record that is not as expected where a person can look at it; the lines that say where. */
export async function savePictures(mismatch: Mismatch): Promise<readonly string[]> {
  if (mismatch.kind !== 'different' || !mismatch.differences.some(({ path }) => path === 'picture')) return [];
  const expected = mismatch.expected['picture'] as ExpectedPicture;
  const found = mismatch.found['picture'] as FoundPicture;
  if (!found.pixels) return [];
  const folder = await mkdtemp(join(tmpdir(), 'tapline-test-'));
  const { name } = parse(expected.file);
  const file = join(folder, `${name}.png`);
  await writePixels(found.pixels, file);
  const marked = expected.marked(found);
  if (!marked) return [`found: ${file}`];
  const differing = join(folder, `${name}.differing.png`);
  await writePixels(marked, differing);
  return [`found: ${file}`, `what differs, in red: ${differing}`];
}

async function readPicture(test: string, named: string): Promise<Pixels | null> {
  const bytes = await readIfThere(test, named, 'a picture');
  if (!bytes) return null;
  const pixels = await readPixels(bytes);
  if (pixels) return pixels;
  const sentence = `${join(dirname(test), named)} is no picture; name a PNG, JPEG, WebP, GIF or AVIF`;
  throw new UserError('TEST_INVALID', sentence);
}

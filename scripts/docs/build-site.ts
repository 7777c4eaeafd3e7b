// Writes the Markdown files of the repository as a static site: `npm run docs:build`.
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownFiles, markdownText } from './markdown-files.ts';
import { createSite } from './site.ts';

const TARGET = 'dist/docs';

/** Writes the site into a folder, which is emptied first. @returns how many pages it has. */
export async function buildSite(target: string): Promise<number> {
  const files = await markdownFiles();
  const texts = await Promise.all(files.map(async ({ path }) => [path, await markdownText(path)] as const));
  const { pages, assets } = createSite(new Map(texts));
  await rm(target, { recursive: true, force: true });
  for (const [path, html] of pages) await write(join(target, path), html);
  for (const path of assets.filter((asset) => existsSync(asset))) await copy(path, join(target, path)); // tests tell dead links
  return pages.size;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = await buildSite(TARGET);
  process.stdout.write(`${count} pages in ${TARGET}; open ${TARGET}/docs/index.html\n`);
}

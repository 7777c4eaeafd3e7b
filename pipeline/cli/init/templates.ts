import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { packageFolder } from '../package-folder.ts';
import type { NewFiles } from './new-files.ts';

/** The templates there are, and what each is. */
export const TEMPLATES = {
  events: 'visits of a web site, counted for each page and minute',
  orders: 'orders priced and summed, exactly once',
  iot: 'thermometers, and an alarm that does not flicker',
  video: 'live video: objects found, drawn and shown in a browser',
} as const;

export type TemplateName = keyof typeof TEMPLATES;

/** npm packs no files of these names. */
const NAMES: Readonly<Record<string, string>> = { gitignore: '.gitignore', npmrc: '.npmrc' };

/** Files of a folder of `templates/`. */
export async function filesOf(name: string): Promise<NewFiles> {
  const folder = join(packageFolder, 'templates', name);
  const paths = (await glob('**/*', { cwd: folder, dot: true })).sort();
  const texts = paths.map(async (path): Promise<[string, string]> => [
    NAMES[path] ?? path,
    await readFile(join(folder, path), 'utf8'),
  ]);
  return new Map(await Promise.all(texts));
}

import { readFile } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import { readMarkdown, type MarkdownFile } from './markdown-file.ts';

const IGNORED = ['**/node_modules/**', '**/dist/**', '**/.tapline/**', '**/coverage/**'];

/** Every Markdown file of the repository, in order of its path. */
export async function markdownFiles(): Promise<readonly MarkdownFile[]> {
  const paths = await glob('**/*.md', { ignore: IGNORED });
  return Promise.all(paths.toSorted().map(async (path) => readMarkdown(path, await markdownText(path))));
}

/** The text of one of them. */
export function markdownText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

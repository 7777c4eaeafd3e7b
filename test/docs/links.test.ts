import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMarkdown, type MarkdownFile } from '../../scripts/docs/markdown-file.ts';
import { markdownFiles } from '../../scripts/docs/markdown-files.ts';

/** Links of a file that lead nowhere; what is on the network is not asked for. */
function deadLinks(file: MarkdownFile, files: readonly MarkdownFile[]): readonly string[] {
  return file.links.flatMap(({ target, line }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const where = `${file.path}:${line} ${target}`;
    const wanted = path === '' ? file.path : normalize(join(file.path, '..', path));
    if (wanted !== file.path && !existsSync(wanted)) return [`${where}: there is no ${wanted}`];
    if (anchor === undefined) return [];
    const anchors = [file, ...files].find((other) => other.path === wanted)?.anchors;
    return anchors?.has(anchor) === true ? [] : [`${where}: ${wanted} has no heading for #${anchor}`];
  });
}

describe('links in Markdown', () => {
  it('lead to files and headings that are there', async () => {
    const files = await markdownFiles();

    expect(files.length).toBeGreaterThan(10);
    expect(files.flatMap((file) => deadLinks(file, files))).toEqual([]);
  });

  it('are told with file and line where they do not', async () => {
    const text =
      '# A page\n\nSee [it](#a-page),\nthen [that](#none), ![no](no.png), [`x`](errors.md#errors) and\n[y](errors.md#no).';

    const found = deadLinks(readMarkdown('docs/page.md', text), await markdownFiles());

    expect(found).toEqual([
      'docs/page.md:4 #none: docs/page.md has no heading for #none',
      'docs/page.md:4 no.png: there is no docs/no.png',
      'docs/page.md:5 errors.md#no: docs/errors.md has no heading for #no',
    ]);
  });
});

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { glob } from 'tinyglobby';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildSite } from '../../scripts/docs/build-site.ts';
import { markdownFiles } from '../../scripts/docs/markdown-files.ts';
import { createSite } from '../../scripts/docs/site.ts';

describe('the site of the documentation', () => {
  it('has a page for every Markdown file, and every link inside of it leads somewhere', async () => {
    const target = await mkdtemp(join(tmpdir(), 'tapline-site-'));
    onTestFinished(() => rm(target, { recursive: true, force: true }));

    await buildSite(target);

    const paths = await glob('**/*.html', { cwd: target });
    const pages = new Map(
      await Promise.all(paths.map(async (path) => [path, await readFile(join(target, path), 'utf8')] as const)),
    );
    expect(pages.size).toBeGreaterThanOrEqual((await markdownFiles()).length);
    const dead = [...pages].flatMap(([path, html]) =>
      [...html.matchAll(/(?:href|src)="([^"]*)"/g)].flatMap(([, link = '']) => {
        if (/^[a-z]+:/.test(link)) return [];
        const [file = '', anchor] = link.split('#');
        const wanted = file === '' ? path : join(dirname(path), decodeURI(file));
        const isThere = existsSync(join(target, wanted)) && !relative('.', wanted).startsWith('..');
        const hasAnchor = anchor === undefined || pages.get(wanted)?.includes(` id="${decodeURI(anchor)}"`) === true;
        return isThere && hasAnchor ? [] : [`${path}: ${link}`];
      }),
    );
    expect(dead).toEqual([]);
  });

  it('links pages, headings and files, and lists folders that have no README', () => {
    const { pages, assets } = createSite(
      new Map([
        ['docs/README.md', '# Index\n\n| [A & b](a.md) | [More](more) |\n|---|---|'],
        ['docs/a.md', '# A\n\n## Two words\n\n[x](more/b.md#two) ![p](p.png) [there](https://example.com/a.md)'],
        ['docs/more/b.md', '# B\n\n## Two'],
      ]),
    );

    expect([...pages.keys()].toSorted()).toEqual([
      'docs/a.html',
      'docs/index.html',
      'docs/more/b.html',
      'docs/more/index.html',
    ]);
    expect(pages.get('docs/a.html')).toContain('<h2 id="two-words">Two words</h2>');
    expect(pages.get('docs/a.html')).toContain('<a href="more/b.html#two">x</a>');
    expect(pages.get('docs/a.html')).toContain('<a href="https://example.com/a.md">there</a>');
    expect(pages.get('docs/a.html')).toContain('<a href="a.html" aria-current="page">A &amp; b</a>');
    expect(pages.get('docs/more/b.html')).toContain('<a href="index.html">More</a>');
    expect(pages.get('docs/more/index.html')).toContain('<a href="b.html">B</a>');
    expect(assets).toEqual(['docs/p.png']);
  });
});

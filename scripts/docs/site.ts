import { dirname, join, normalize, relative } from 'node:path/posix';
import type { MarkdownIt, Token } from 'markdown-it';
import { createMarkdown, headingsOf } from './markdown-file.ts';
import { sitePage, type NavEntry } from './site-page.ts';
import { slugs } from './slugs.ts';

/** Pages by their path, and other files of the repository that they show or link to. */
export interface Site {
  readonly pages: ReadonlyMap<string, string>;
  readonly assets: readonly string[];
}

/** Its table of links is the navigation of every page. */
const INDEX = 'docs/README.md';

/** Makes a site of Markdown texts by path: a page for each, and one for each folder of them that has no README. */
export function createSite(texts: ReadonlyMap<string, string>): Site {
  const all = new Map([...texts, ...folderPages(texts)]);
  const markdown = createMarkdown();
  const assets = new Set<string>();
  const nav = navigation(markdown, texts.get(INDEX) ?? '');
  const pages = [...all].map(([path, text]): [string, string] => {
    const tokens = markdown.parse(text, {});
    addAnchors(tokens);
    for (const asset of rewriteLinks(tokens, path, all)) assets.add(asset);
    const body = markdown.renderer.render(tokens, markdown.options, {});
    const [title = path] = headingsOf(tokens);
    const entries = nav.map((entry) => ({
      ...entry,
      isOpen: entry.path === pageOf(path),
      path: hrefTo(path, entry.path),
    }));
    return [pageOf(path), sitePage({ title, body, nav: entries, home: hrefTo(path, 'index.html') })];
  });
  return { pages: new Map(pages), assets: [...assets] };
}

function folderPages(texts: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const folders = new Set([...texts.keys()].map((path) => dirname(path)));
  return [...folders]
    .filter((folder) => !texts.has(normalize(`${folder}/README.md`)))
    .map((folder) => {
      const inside = [...texts].filter(([path]) => dirname(path) === folder);
      const lines = inside.map(([path, text]) => `- [${titleOf(text)}](${relative(folder, path)})`);
      return [`${folder}/README.md`, [`# ${folder}`, ...lines].join('\n\n')];
    });
}

function navigation(markdown: MarkdownIt, index: string): readonly NavEntry[] {
  const links = markdown.parse(index, {}).flatMap(({ children }) => children ?? []);
  return links.flatMap((token, at) => {
    const target = token.type === 'link_open' ? String(token.attrGet('href')) : null;
    if (target === null || target.includes(':')) return [];
    return [{ title: links[at + 1]?.content ?? target, path: pageOf(join(dirname(INDEX), target)), isOpen: false }];
  });
}

function addAnchors(tokens: readonly Token[]): void {
  const anchors = slugs(headingsOf(tokens));
  tokens
    .filter(({ type }) => type === 'heading_open')
    .forEach((token, index) => token.attrSet('id', anchors[index] ?? ''));
}

/** Lets links lead to pages of the site. @returns the files that are no Markdown. */
function rewriteLinks(tokens: readonly Token[], path: string, all: ReadonlyMap<string, string>): readonly string[] {
  return tokens.flatMap((token) => {
    const own = token.children ? rewriteLinks(token.children, path, all) : [];
    const name = token.type === 'link_open' ? 'href' : token.type === 'image' ? 'src' : undefined;
    const target = name === undefined ? null : token.attrGet(name);
    if (name === undefined || target === null || /^(?:[a-z][a-z0-9+.-]*:|#)/i.test(String(target))) return own;
    const [file = '', anchor] = String(target).split('#');
    const wanted = normalize(join(dirname(path), decodeURI(file))).replace(/\/$/, '');
    const page = all.has(wanted) ? wanted : all.has(`${wanted}/README.md`) ? `${wanted}/README.md` : null;
    token.attrSet(
      name,
      hrefTo(path, page === null ? wanted : pageOf(page)) + (anchor === undefined ? '' : `#${anchor}`),
    );
    return page === null ? [...own, wanted] : own;
  });
}

function pageOf(path: string): string {
  const file = path.endsWith('.md') ? path : `${path}/README.md`;
  return file.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html');
}

function hrefTo(from: string, to: string): string {
  return relative(dirname(from), to);
}

function titleOf(text: string): string {
  return /^# (.*)$/m.exec(text)?.[1] ?? 'without a title';
}

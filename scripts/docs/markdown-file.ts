import createMarkdownIt, { type MarkdownIt, type Token } from 'markdown-it';
import { slugs } from './slugs.ts';

/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the file, from 1, on which the first line of the text stands. */
  readonly line: number;
  /** What the last HTML comment right above it says; empty where there is none. */
  readonly comment: string;
}

/** A link or picture. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** Text between backticks. */
export interface Code {
  readonly text: string;
  readonly line: number;
}

export interface MarkdownFile {
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  readonly codes: readonly Code[];
  /** What can follow `#` in a link to it. */
  readonly anchors: ReadonlySet<string>;
}

/** HTML comments are the only HTML our files have. */
export function createMarkdown(): MarkdownIt {
  return createMarkdownIt({ html: true });
}

/** Reads what tests ask of a Markdown file. */
export function readMarkdown(path: string, text: string): MarkdownFile {
  const tokens = createMarkdown().parse(text, {});
  const blocks = tokens.flatMap((token, index) => (token.type === 'fence' ? [blockOf(token, tokens[index - 1])] : []));
  const inlines = tokens.filter(({ type }) => type === 'inline');
  return {
    path,
    blocks,
    links: inlines.flatMap((token) =>
      (token.children ?? []).flatMap((child) => {
        const target = child.attrGet('href') ?? child.attrGet('src');
        return target === null ? [] : [{ target: decodeURI(String(target)), line: lineOf(token, child) }];
      }),
    ),
    codes: inlines.flatMap((token) =>
      (token.children ?? [])
        .filter(({ type }) => type === 'code_inline')
        .map((child) => ({ text: child.content, line: lineOf(token, child) })),
    ),
    anchors: new Set(slugs(headingsOf(tokens))),
  };
}

/** Texts of the headings, in order, without markup. */
export function headingsOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open') return [];
    const words = (tokens[index + 1]?.children ?? []).filter(({ type }) => type === 'text' || type === 'code_inline');
    return [words.map(({ content }) => content).join('')];
  });
}

function blockOf({ info, content, map }: Token, before: Token | undefined): Block {
  const comment = before?.type === 'html_block' ? /<!--\s*([^]*?)\s*-->\s*$/.exec(before.content)?.[1] : undefined;
  return {
    language: info.trim().split(/\s+/)[0] ?? '',
    text: content,
    line: (map?.[0] ?? 0) + 2,
    comment: comment ?? '',
  };
}

/** Line of a child: that of its paragraph and the breaks before it. */
function lineOf(token: Token, child: Token): number {
  const children = token.children ?? [];
  const breaks = children.slice(0, children.indexOf(child)).filter(({ type }) => /^(?:soft|hard)break$/.test(type));
  return (token.map?.[0] ?? 0) + 1 + breaks.length;
}

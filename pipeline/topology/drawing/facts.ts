import { markup, type Content, type Markup } from './markup.ts';

/** What is said of a part: a word and what it is; null is left out. */
export type Fact = readonly [string, Content | null];

const SECRET = /authorization|password|passwd|secret|token|cookie|credential|api[-_]?key|private[-_]?key/i;
const LONGEST_VALUE = 2000;

/** A list of facts. */
export function factList(facts: readonly Fact[]): Markup {
  const rows = facts.map(([word, content]) =>
    content === null ? markup`` : markup`<div><dt>${word}</dt><dd>${content}</dd></div>\n`,
  );
  return markup`<dl>\n${rows}</dl>\n`;
}

/** Options as facts, nested ones by their path; what looks like a secret is not told, as a page is sent round. */
export function optionFacts(options: unknown, path: readonly string[] = []): readonly Fact[] {
  if (isMapping(options)) {
    const entries = Object.entries(options).filter(([, value]) => value !== undefined);
    if (entries.length > 0) return entries.flatMap(([name, value]) => optionFacts(value, [...path, name]));
    return path.length === 0 ? [] : [[path.join('.'), code('{}')]];
  }
  return [[path.join('.'), code(SECRET.test(path.join('.')) ? '•••' : shown(options))]];
}

/** Text in letters of one width, as it would stand in a file. */
export function code(text: string): Markup {
  return markup`<code>${text}</code>`;
}

/** Names of topics or parts that link to where they are told of. */
export function links(names: readonly string[], anchorOf: (name: string) => string): Content | null {
  if (names.length === 0) return null;
  return names.map((name, index) => markup`${index > 0 ? ', ' : ''}<a href="#${anchorOf(name)}">${name}</a>`);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = text.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1•••@');
  return safe.length > LONGEST_VALUE ? `${safe.slice(0, LONGEST_VALUE)}…` : safe;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

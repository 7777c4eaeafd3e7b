import { isMap, isScalar, parseDocument } from 'yaml';
import type { Block } from '../../scripts/docs/markdown-file.ts';

/** What a block of YAML is, and the text that lint can judge it in. */
export interface CompletedBlock {
  readonly kind: 'topology' | 'overlay' | 'test' | 'foreign' | 'unknown';
  readonly text: string;
  /** Lines and columns put in before its own. */
  readonly shift: { readonly lines: number; readonly columns: number };
}

const SECTIONS = ['defaults', 'topics', 'sources', 'stages', 'taps'];
const NOT_SHIFTED = { lines: 0, columns: 0 };

/**
 * Tells by its keys what a block is, and completes what is a part of a topology:
 * - with `name`: a topology, as it is
 * - with `tests`: a test file, as it is
 * - with sections of a topology: a name is added, and topics that it reads and nothing in it writes
 * - entries with `process`, `sink`, or `type` and `to`: the section they belong to is added, too
 * - `<!-- lint: foreign -->` above a block: not ours
 * - `<!-- lint: over topology.yaml -->`: an overlay, judged over that file of the repository
 * - `<!-- lint: without CODE, CODE -->`: what cannot hold where it is linted, such as a secret that is not there
 */
export function completed({ text, comment }: Pick<Block, 'text' | 'comment'>): CompletedBlock {
  if (comment === 'lint: foreign') return { kind: 'foreign', text, shift: NOT_SHIFTED };
  if (comment.startsWith('lint: over ')) return { kind: 'overlay', text, shift: NOT_SHIFTED };
  const keys = keysOf(text);
  if (keys.includes('tests')) return { kind: 'test', text, shift: NOT_SHIFTED };
  if (keys.includes('name')) return { kind: 'topology', text, shift: NOT_SHIFTED };
  if (keys.some((key) => SECTIONS.includes(key))) return { kind: 'topology', text: withRest(text), shift: NOT_SHIFTED };
  const section = sectionOf(text);
  if (section === undefined) return { kind: 'unknown', text, shift: NOT_SHIFTED };
  const indent = /^ /m.test(text.split('\n')[0] ?? '') ? '' : '  ';
  const lines = text.split('\n').map((line) => (line === '' ? line : indent + line));
  return {
    kind: 'topology',
    text: withRest(`${section}:\n${lines.join('\n')}`),
    shift: { lines: 1, columns: indent.length },
  };
}

function keysOf(text: string): readonly string[] {
  const { contents } = parseDocument(text);
  return isMap(contents) ? contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : [];
}

/** The section of which all entries of a block are. */
function sectionOf(text: string): string | undefined {
  const value: unknown = parseDocument(text).toJS();
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.values(value).map((entry: unknown) => Object.keys(entry ?? {}));
  const all = (...keys: string[]): boolean => entries.every((own) => keys.every((key) => own.includes(key)));
  if (all('process')) return 'stages';
  if (all('sink', 'on')) return 'taps';
  return all('type', 'to') ? 'sources' : undefined;
}

interface Spec {
  readonly topics?: Readonly<Record<string, unknown>>;
  readonly sources?: Readonly<Record<string, { readonly to: string }>>;
  readonly stages?: Readonly<
    Record<string, { readonly from: string | string[]; readonly to?: string | Readonly<Record<string, string>> }>
  >;
  readonly taps?: Readonly<Record<string, { readonly on: string } | null>>;
}

function withRest(text: string): string {
  const spec = parseDocument(text).toJS() as Spec;
  const stages = Object.values(spec.stages ?? {});
  const written = [
    ...Object.values(spec.sources ?? {}).map(({ to }) => to),
    ...stages.flatMap(({ to }) => (typeof to === 'object' ? Object.values(to) : [to])),
    ...Object.keys(spec.topics ?? {}),
  ];
  const read = [
    ...stages.flatMap(({ from }) => from),
    ...Object.values(spec.taps ?? {}).flatMap((tap) => tap?.on ?? []),
  ];
  const missing = [...new Set(read)].filter((topic) => !written.includes(topic) && !topic.endsWith('.dlq'));
  const topics =
    missing.length > 0 && !spec.topics ? `topics: { ${missing.map((topic) => `${topic}: {}`).join(', ')} }\n` : '';
  return `${text.replace(/\n*$/, '\n')}${topics}name: fragment\n`;
}

import type { SinkDefinition } from '../ports/sink.ts';
import type { Finding } from './finding.ts';
import { optionsOf, readParts, registeredFor, type Part, type TopicUse } from './graph.ts';
import type { Located } from './located.ts';
import type { ParsedTopology } from './parse.ts';
import type { Registry } from './registry.ts';

/** Says what is wrong with a JSONata expression, or null when nothing is. */
export type CheckExpression = (expression: string) => { readonly message: string } | null;

export interface LintTools {
  /** Everything the file may name; modules it refers to by path are already in it. */
  readonly registry: Registry;
  readonly checkExpression: CheckExpression;
}

/** What the checks look at: the file with places, what it can name, and its parts as far as they can be read. */
export interface LintContext extends LintTools {
  readonly root: Located;
  readonly parts: readonly Part[];
  /** What was found before the checks: overrides that do not fit, modules that do not load. */
  readonly told: readonly Finding[];
}

/** Gathers what the checks need. */
export function lintContext({ root, findings }: ParsedTopology, tools: LintTools): LintContext {
  const { registry } = tools;
  const parts = readParts(root).map((part) => ({
    ...part,
    writes: [...part.writes, ...sinkWrites(root, part, registry)],
  }));
  return { root, ...tools, parts, told: findings };
}

/** `stage "detect"`. */
export function called({ kind, name }: Pick<Part, 'kind' | 'name'>): string {
  return `${kind} "${name}"`;
}

function sinkWrites(root: Located, part: Part, registry: Registry): readonly TopicUse[] {
  const options = part.kind === 'tap' ? optionsOf(root, part, registry) : undefined;
  if (options === undefined) return [];
  const sink = registeredFor(part, registry)?.definition as SinkDefinition | undefined;
  return (sink?.writes?.(options) ?? []).map((topic) => ({ topic, place: part.keyPlace }));
}

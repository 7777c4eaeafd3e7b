import type { ProcessorDefinition } from '../../ports/processor.ts';
import { errorAt, type Finding } from '../finding.ts';
import { optionsOf, registeredFor, type Part } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { placeOfValue, textAt } from '../located.ts';

/** Stages whose records go ahead of each other, which not every stage can do. */
export function checkOrder(context: LintContext): readonly Finding[] {
  return context.parts.flatMap((part) => {
    const wish = part.kind === 'stage' ? wishOf(part, context) : null;
    const why = wish && hindrance(part, context);
    if (!wish || !why) return [];
    const message = `${called(part)}: ${wish.says} lets records go ahead of each other, but ${why}; remove it`;
    return [errorAt(placeOfValue(context.root, wish.path), { code: 'TOPOLOGY_CONTRADICTION', message })];
  });
}

interface Wish {
  readonly path: readonly PropertyKey[];
  readonly says: string;
}

function wishOf(part: Part, { root }: LintContext): Wish | null {
  const scope = [...part.path, 'onError', 'scope'];
  const order = [...part.path, 'order'];
  if (textAt(root, scope) === 'key') return { path: scope, says: 'onError.scope: key' };
  const text = textAt(root, order);
  return text === 'key' || text === 'none' ? { path: order, says: `order: ${text}` } : null;
}

function hindrance(part: Part, { root, registry }: LintContext): string | null {
  if (textAt(root, [...part.path, 'order']) === 'partition') return 'order: partition keeps all of them in order';
  if (textAt(root, [...part.path, 'delivery']) === 'latest') return 'delivery: latest takes the newest alone';
  const definition = registeredFor(part, registry)?.definition as ProcessorDefinition | undefined;
  const options = definition?.stores && optionsOf(root, part, registry);
  if (options === undefined || Object.keys(definition?.stores?.(options) ?? {}).length === 0) return null;
  return `its processor has state, whose changes come one after the other`;
}

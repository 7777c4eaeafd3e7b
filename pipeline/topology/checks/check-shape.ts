import { errorAt, type Finding } from '../finding.ts';
import { SECTIONS, registeredFor } from '../graph.ts';
import type { LintContext } from '../lint-context.ts';
import { placeOfKey, placeOfValue, plainValue, type Path } from '../located.ts';
import { schemaFaults, type SchemaFault } from '../schema-faults.ts';
import { keysAt } from '../schema-tree.ts';
import { hiddenFrom } from '../secret-options.ts';
import { topologySpec } from '../spec.ts';

const PART_WORDS: Readonly<Record<string, string>> = {
  topics: 'topic',
  sources: 'source',
  stages: 'stage',
  taps: 'tap',
};

/** Keys and values against the table of topology.yaml. */
export function checkShape(context: LintContext): readonly Finding[] {
  return schemaFaults(topologySpec, plainValue(context.root), hiddenFrom(context.root, [])).map((fault) =>
    findingOf(fault, context),
  );
}

function findingOf(fault: SchemaFault, context: LintContext): Finding {
  const { root } = context;
  const { kind, path, message } = fault;
  const { thing, key } = subjectOf(path);
  switch (kind) {
    case 'unknown':
      return errorAt(placeOfKey(root, path), {
        code: 'TOPOLOGY_UNKNOWN_KEY',
        message: `${thing} has no key "${key}"; ${optionHint(path, context) ?? message}`,
      });
    case 'missing':
      return errorAt(placeOfKey(root, path), {
        code: 'TOPOLOGY_MISSING_KEY',
        message: `${thing} lacks "${key}"; add it${message}`,
      });
    case 'name':
      return errorAt(placeOfKey(root, path), {
        code: 'TOPOLOGY_BAD_NAME',
        message: `"${String(path.at(-1))}" cannot name a ${PART_WORDS[String(path[0])] ?? 'key'}; it ${message}`,
      });
    case 'invalid':
      return errorAt(placeOfValue(root, path), {
        code: 'TOPOLOGY_INVALID_VALUE',
        message: `${thing}${key === '' ? '' : `: ${key}`} ${message}`,
      });
  }
}

/** Cuts a path into the thing it belongs to and the key inside. */
function subjectOf(path: Path): { readonly thing: string; readonly key: string } {
  const [section = '', name, ...rest] = path.map(String);
  const word = PART_WORDS[section];
  if (word !== undefined && name !== undefined) {
    return { thing: `${word} "${name}"`, key: rest.join('.') };
  }
  return { thing: 'the topology', key: path.map(String).join('.') };
}

/** An option written one level too high. */
function optionHint(path: Path, { parts, registry }: LintContext): string | undefined {
  const [section, name, key, ...deeper] = path;
  if (deeper.length > 0 || key === undefined) return undefined;
  const part = parts.find(({ path: [itsSection, itsName] }) => itsSection === section && itsName === name);
  const definition = part && registeredFor(part, registry)?.definition;
  if (!part || !definition || !keysAt(definition.options, []).includes(String(key))) return undefined;
  return `it is an option of ${SECTIONS[part.kind].typeKey} "${definition.name}": put it under with:`;
}

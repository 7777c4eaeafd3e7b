import type { ErrorCode } from '../../errors/catalogue.ts';
import { errorAt, type Finding, type Place } from '../finding.ts';
import { optionsOf, SECTIONS, plainOptions, registeredFor, type Part } from '../graph.ts';
import { called, type LintContext } from '../lint-context.ts';
import { placeOfKey, placeOfValue } from '../located.ts';
import { isModulePath } from '../registry.ts';
import type { Definition } from '../registry.ts';
import { schemaFaults, type SchemaFault } from '../schema-faults.ts';
import { hiddenFrom } from '../secret-options.ts';
import { didYouMean, listed } from '../suggest.ts';

const UNKNOWN_TYPE = {
  source: 'TOPOLOGY_UNKNOWN_SOURCE',
  stage: 'TOPOLOGY_UNKNOWN_PROCESSOR',
  tap: 'TOPOLOGY_UNKNOWN_SINK',
} as const satisfies Record<Part['kind'], ErrorCode>;

/** Types that exist, options as their types want them, outputs that processors have. */
export function checkTypes(context: LintContext): readonly Finding[] {
  return context.parts.flatMap((part) => {
    if (part.reference === undefined) return [];
    const definition = registeredFor(part, context.registry)?.definition;
    if (!definition) return unknownType(part, part.reference, context);
    return [
      ...optionFindings(part, definition, context),
      ...outputFindings(part, definition),
      ...missingOutputs(part, definition, context),
    ];
  });
}

/** A module that was found but does not load has a finding at this place already. */
function unknownType(part: Part, reference: string, { root, registry, told }: LintContext): readonly Finding[] {
  const { typeKey, types } = SECTIONS[part.kind];
  const place = placeOfValue(root, [...part.path, typeKey]);
  if (told.some((finding) => isSamePlace(finding, place))) return [];
  const names = [...registry[types].values()].map(({ id }) => id).filter((id) => !isModulePath(id));
  const path = isModulePath(reference) ? 'the path of a module' : `a path such as ./${types}/${reference}.ts`;
  const mend = didYouMean(reference, names, `there are ${listed(names)}, or give ${path}`);
  const message = `${called(part)} has ${typeKey} "${reference}", which does not exist; ${mend}`;
  return [errorAt(place, { code: UNKNOWN_TYPE[part.kind], message })];
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column;
}

function optionFindings(part: Part, definition: Definition, { root }: LintContext): readonly Finding[] {
  const given = plainOptions(root, part);
  const faults = schemaFaults(definition.options, given, hiddenFrom(root, [...part.path, 'with'])).map((fault) =>
    optionFinding(fault, part, { root, definition }),
  );
  if (faults.length > 0) return faults;
  const parsed = definition.options.safeParse(given);
  if (!parsed.success || isJson(parsed.data)) return [];
  const message = `${called(part)}: the options of ${definition.kind} "${definition.name}" become values that are no JSON; keep transforms out of the schema`;
  return [errorAt(placeOfKey(root, [...part.path, 'with']), { code: 'TOPOLOGY_OPTIONS_NOT_JSON', message })];
}

function optionFinding(
  { kind, path, message }: SchemaFault,
  part: Part,
  { root, definition }: Pick<LintContext, 'root'> & { readonly definition: Definition },
): Finding {
  const option = ['with', ...path.map(String)].join('.');
  const full = [...part.path, 'with', ...path];
  const type = `${definition.kind} "${definition.name}"`;
  if (kind === 'unknown') {
    const sentence = `${called(part)}: ${type} has no option "${path.map(String).join('.')}"; ${message}`;
    return errorAt(placeOfKey(root, full), { code: 'TOPOLOGY_UNKNOWN_OPTION', message: sentence });
  }
  if (kind === 'missing') {
    const sentence = `${called(part)} lacks ${option}, which ${type} needs; add it${message}`;
    return errorAt(placeOfKey(root, full), { code: 'TOPOLOGY_MISSING_OPTION', message: sentence });
  }
  return errorAt(placeOfValue(root, full), {
    code: 'TOPOLOGY_INVALID_OPTION',
    message: `${called(part)}: ${option} ${message}`,
  });
}

function outputFindings(part: Part, definition: Definition): readonly Finding[] {
  if (definition.kind !== 'processor' || definition.outputs === 'any') return [];
  const outputs = ['default', ...(definition.outputs ?? [])];
  return part.writes.flatMap(({ output, place }) => {
    if (output === undefined || outputs.includes(output)) return [];
    const mend = didYouMean(output, outputs, `it has ${listed(outputs)}`);
    const message = `${called(part)}: processor "${definition.name}" has no output "${output}"; ${mend}`;
    return [errorAt(place, { code: 'TOPOLOGY_UNKNOWN_OUTPUT', message })];
  });
}

/** Outputs that the options ask for and that have no topic. */
function missingOutputs(part: Part, definition: Definition, { root, registry }: LintContext): readonly Finding[] {
  if (definition.kind !== 'processor' || !definition.needs) return [];
  const options = optionsOf(root, part, registry);
  const needed = options === undefined ? [] : definition.needs(options);
  const given = part.writes.map(({ output }) => output ?? 'default');
  return needed
    .filter((output) => !given.includes(output))
    .map((output) => {
      const message = `${called(part)}: its options ask for the output "${output}", which has no topic; add it under to, as in { default: ..., ${output}: ... }`;
      return errorAt(placeOfKey(root, [...part.path, 'with']), { code: 'TOPOLOGY_MISSING_OUTPUT', message });
    });
}

function isJson(value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}

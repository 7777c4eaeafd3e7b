import { errorAt, type Finding, type Place } from './finding.ts';
import type { Entry, Located, LocatedMap } from './located.ts';
import { entriesAt, nodeAt, plainValue } from './located.ts';
import { parseScalar } from './parse-scalar.ts';
import { parseTopology, type ParsedTopology } from './parse.ts';
import { topicSpec } from './spec.ts';
import { didYouMean, listed } from './suggest.ts';

/** One `key=value`, and what the user typed when that was something else (`--source street.mp4`). */
export interface Assignment {
  readonly text: string;
  readonly given?: string;
}

interface Override {
  readonly path: readonly string[];
  readonly value: Located;
  readonly place: Place;
}

const TYPE_KEYS: Readonly<Record<string, string>> = { sources: 'type', stages: 'process', taps: 'sink' };

/**
 * Applies what `--set` says (`stages.detect.replicas=2`) as if the file said so. Values are YAML, nothing after the `=`
 * takes the key away. Naming another type of source, processor or sink takes away the file's `with:`, which belonged
 * to the old one.
 */
export function applyOverrides(parsed: ParsedTopology, assignments: readonly Assignment[]): ParsedTopology {
  const findings: Finding[] = [...parsed.findings];
  const overrides: Override[] = [];
  for (const assignment of assignments) {
    const override = parseOverride(assignment);
    if ('path' in override) overrides.push(override);
    else findings.push(override);
  }
  let root = parsed.root;
  for (const override of overrides) root = withoutOptionsOfOldType(root, override);
  for (const override of overrides) {
    const fault = faultOf(root, override);
    if (fault) findings.push(badOverride(override.place, fault));
    else root = withValue(root, override.path, override);
  }
  return { root, findings };
}

function parseOverride({ text, given }: Assignment): Override | Finding {
  const match = /^([^=\s][^=]*)=(.*)$/s.exec(text);
  const place = { file: given ?? `--set ${match?.[1] ?? text}`, line: 0, column: 0 };
  const path = pathOf(match?.[1]?.trim() ?? '');
  if (!match || path.includes('')) {
    return badOverride(place, 'this is no key=value; write for instance --set stages.detect.replicas=2');
  }
  return { path, place, value: relocated(parseValue(match[2] ?? '', place), place) };
}

/** Topic names contain dots: under `topics`, all up to a known setting is the name. */
function pathOf(key: string): readonly string[] {
  const steps = key.split('.');
  if (steps[0] !== 'topics' || steps.length < 3) return steps;
  const last = steps.at(-1) ?? '';
  const isSetting = Object.hasOwn(topicSpec.shape, last);
  return isSetting ? ['topics', steps.slice(1, -1).join('.'), last] : ['topics', steps.slice(1).join('.')];
}

function parseValue(text: string, place: Place): Located {
  const raw: Located = { kind: 'scalar', place, value: text };
  if (/^\s*[[{]/.test(text)) {
    const { root, findings } = parseTopology(`value: ${text}`, place.file);
    return (findings.length === 0 ? nodeAt(root, ['value']) : undefined) ?? raw;
  }
  const { value, quoted } = parseScalar(text);
  return { ...raw, value, ...(quoted && { quoted }) };
}

function relocated(node: Located, place: Place): Located {
  if (node.kind === 'list') return { ...node, place, items: node.items.map((item) => relocated(item, place)) };
  if (node.kind === 'scalar') return { ...node, place };
  const entries = [...node.entries].map(([key, entry]): [string, Entry] => [
    key,
    { keyPlace: place, node: relocated(entry.node, place) },
  ]);
  return { ...node, place, entries: new Map(entries) };
}

function faultOf(root: LocatedMap, { path, value }: Override): string | null {
  const [section = '', part = ''] = path;
  if (section === 'extends') return 'what a file extends cannot be set; name another file with -f';
  const parts = entriesAt(root, [section]);
  const isPart = Object.hasOwn(TYPE_KEYS, section) && path.length > 1;
  const isNew = isPart && !parts.has(part) && (path.length > 2 || value.kind !== 'map');
  if (isNew) return `there is no "${part}" under ${section}; ${didYouMean(part, parts.keys(), known(parts.keys()))}`;
  for (let depth = 1; depth < path.length; depth += 1) {
    const node = nodeAt(root, path.slice(0, depth));
    const isOpen = !node || node.kind === 'map' || (node.kind === 'scalar' && node.value === null);
    if (!isOpen) return `"${path.slice(0, depth).join('.')}" has no keys of its own; set it as a whole`;
  }
  return null;
}

function known(names: Iterable<string>): string {
  const all = listed(names);
  return all === '' ? 'the file has none there' : `the file has ${all}`;
}

function withoutOptionsOfOldType(root: LocatedMap, { path, value, place }: Override): LocatedMap {
  const [section = '', part = '', key] = path;
  const typeKey = TYPE_KEYS[section];
  if (path.length !== 3 || key !== typeKey) return root;
  const written = nodeAt(root, path);
  const isOther = written !== undefined && plainValue(written) !== plainValue(value);
  return isOther
    ? withValue(root, [section, part, 'with'], { place, value: { kind: 'scalar', place, value: null } })
    : root;
}

/** A copy with the value at the path; a null value takes the key away. */
function withValue(map: LocatedMap, path: Path, { value, place }: Pick<Override, 'value' | 'place'>): LocatedMap {
  const [key = '', ...rest] = path;
  const entries = new Map(map.entries);
  const present = entries.get(key);
  if (rest.length > 0) {
    const inner = present?.node.kind === 'map' ? present.node : { kind: 'map' as const, place, entries: new Map() };
    entries.set(key, { keyPlace: present?.keyPlace ?? place, node: withValue(inner, rest, { value, place }) });
  } else if (value.kind === 'scalar' && value.value === null) entries.delete(key);
  else entries.set(key, { keyPlace: place, node: value });
  return { ...map, entries };
}

type Path = readonly string[];

function badOverride(place: Place, message: string): Finding {
  return errorAt(place, { code: 'TOPOLOGY_BAD_OVERRIDE', message });
}

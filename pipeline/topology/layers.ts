import { errorAt, type Finding } from './finding.ts';
import { SECTIONS } from './graph.ts';
import type { Entry, LocatedMap, Path } from './located.ts';
import { plainValue } from './located.ts';
import type { ParsedTopology } from './parse.ts';
import { didYouMean, listed } from './suggest.ts';

const TYPE_KEYS = new Map<string, string>(Object.values(SECTIONS).map(({ section, typeKey }) => [section, typeKey]));

/**
 * Lays one file over another: mappings are merged, scalars and lists replace what was there, and nothing after the colon
 * takes the key away. Naming another type of source, processor or sink takes away the `with:` beneath, which belonged
 * to the old one.
 */
export function layOver(beneath: ParsedTopology, over: ParsedTopology): ParsedTopology {
  const findings: Finding[] = [];
  const root = merged(beneath.root, over.root, { path: [], findings });
  return { root, findings: [...beneath.findings, ...over.findings, ...findings] };
}

interface Merging {
  readonly path: Path;
  readonly findings: Finding[];
}

function merged(beneath: LocatedMap, over: LocatedMap, { path, findings }: Merging): LocatedMap {
  const entries = new Map(withoutOptionsOfOldType(beneath, over, path).entries);
  for (const [key, entry] of over.entries) {
    const present = entries.get(key);
    if (entry.node.kind === 'scalar' && entry.node.value === null) {
      if (!entries.delete(key)) findings.push(nothingToRemove(key, entry, { beneath, path }));
    } else if (present?.node.kind === 'map' && entry.node.kind === 'map') {
      entries.set(key, { ...present, node: merged(present.node, entry.node, { path: [...path, key], findings }) });
    } else entries.set(key, entry);
  }
  return { ...beneath, entries };
}

function withoutOptionsOfOldType(beneath: LocatedMap, over: LocatedMap, [section, part, ...deeper]: Path): LocatedMap {
  const typeKey = TYPE_KEYS.get(String(section));
  if (typeKey === undefined || part === undefined || deeper.length > 0) return beneath;
  const was = beneath.entries.get(typeKey);
  const is = over.entries.get(typeKey);
  if (!was || !is || plainValue(was.node) === plainValue(is.node)) return beneath;
  return { ...beneath, entries: new Map([...beneath.entries].filter(([key]) => key !== 'with')) };
}

interface Beneath {
  readonly beneath: LocatedMap;
  readonly path: Path;
}

function nothingToRemove(key: string, { keyPlace }: Entry, { beneath, path }: Beneath): Finding {
  const keys = [...beneath.entries.keys()];
  const known = keys.length === 0 ? 'there is nothing' : `there is ${listed(keys)}`;
  const what = [...path, key].map(String).join('.');
  const message = `"${what}" is empty, which takes away what stands beneath, but nothing does; ${didYouMean(key, keys, known)}`;
  return errorAt(keyPlace, { code: 'TOPOLOGY_NOTHING_TO_REMOVE', message });
}

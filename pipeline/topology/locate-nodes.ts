import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { errorAt, type Finding, type Place } from './finding.ts';
import type { Entry, Located, LocatedMap, LocatedScalar } from './located.ts';
import { unmaskVariables } from './mask-variables.ts';
import { isQuoted } from './parse-scalar.ts';

const MAX_NODES = 50_000;

type PlaceAt = (offset: number) => Place;

/** Turns YAML nodes into located values: aliases followed, merge keys merged, duplicate keys found, bombs defused. */
export class LocateNodes {
  readonly findings: Finding[] = [];
  readonly #document: Document;
  readonly #placeAt: PlaceAt;
  readonly #open = new Set<Node>();
  #count = 0;

  constructor(document: Document, placeAt: PlaceAt) {
    this.#document = document;
    this.#placeAt = placeAt;
  }

  /** The whole document, or null where it is empty. */
  root(): Located | null {
    const { contents } = this.#document;
    if (!contents || (isScalar(contents) && contents.value === null)) return null;
    return this.#locate(contents, this.#placeOf(contents, this.#placeAt(0)));
  }

  #locate(node: unknown, fallback: Place): Located {
    const place = this.#placeOf(node, fallback);
    if (!this.#mayEnter(node, place)) return scalar(place, null);
    if (isAlias(node)) return this.#follow(node, place);
    if (!isMap(node) && !isSeq(node)) return isScalar(node) ? writtenScalar(place, node) : scalar(place, null);
    this.#open.add(node);
    const located: Located = isMap(node)
      ? this.#map(node, place)
      : { kind: 'list', place, items: node.items.map((item) => this.#locate(item, place)) };
    this.#open.delete(node);
    return located;
  }

  #mayEnter(node: unknown, place: Place): boolean {
    this.#count += 1;
    if (this.#count === MAX_NODES + 1) {
      const message = `the file has more than ${MAX_NODES} values, aliases counted in full; make it smaller`;
      this.findings.push(errorAt(place, { code: 'TOPOLOGY_TOO_LARGE', message }));
    }
    if (this.#count > MAX_NODES) return false;
    if (!this.#open.has(node as Node)) return true;
    const message = 'an anchor contains an alias to itself; write the value out';
    this.findings.push(errorAt(place, { code: 'TOPOLOGY_YAML', message }));
    return false;
  }

  #follow(alias: Alias, place: Place): Located {
    const target = alias.resolve(this.#document);
    if (target) return { ...this.#locate(target, place), place };
    const message = `alias *${alias.source} has no anchor above it; add &${alias.source} to the value that is meant`;
    this.findings.push(errorAt(place, { code: 'TOPOLOGY_YAML', message }));
    return scalar(place, null);
  }

  #map(node: YAMLMap, place: Place): LocatedMap {
    const merged = new Map<string, Entry>();
    const own = new Map<string, Entry>();
    for (const pair of node.items) {
      const keyPlace = this.#placeOf(pair.key, place);
      const value = this.#locate(pair.value, keyPlace);
      if (isMergeKey(pair)) this.#merge(value, merged);
      else this.#addEntry(own, pair.key, { keyPlace, node: value });
    }
    return { kind: 'map', place, entries: new Map([...merged, ...own]) };
  }

  #merge(value: Located, into: Map<string, Entry>): void {
    const sources = value.kind === 'list' ? value.items : [value];
    for (const source of sources) {
      if (source.kind !== 'map') {
        const message = 'the merge key << takes a mapping or a list of mappings; give it an alias of one';
        this.findings.push(errorAt(source.place, { code: 'TOPOLOGY_YAML', message }));
        continue;
      }
      for (const [key, entry] of source.entries) if (!into.has(key)) into.set(key, entry);
    }
  }

  #addEntry(entries: Map<string, Entry>, keyNode: unknown, entry: Entry): void {
    const key = isScalar(keyNode) ? unmaskVariables(String(keyNode.value)) : undefined;
    if (key === undefined || key === '__proto__') {
      const message = 'this key is no plain word; write a name';
      this.findings.push(errorAt(entry.keyPlace, { code: 'TOPOLOGY_YAML', message }));
      return;
    }
    const first = entries.get(key)?.keyPlace;
    if (first) {
      const message = `"${key}" is given twice in one mapping, first at line ${first.line}; remove one of them`;
      this.findings.push(errorAt(entry.keyPlace, { code: 'TOPOLOGY_DUPLICATE_KEY', message, related: first }));
    } else entries.set(key, entry);
  }

  #placeOf(node: unknown, fallback: Place): Place {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    const isEmpty = isScalar(node) && node.value === null && node.source === '';
    return range && !isEmpty ? this.#placeAt(range[0]) : fallback;
  }
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

function writtenScalar(place: Place, node: Scalar): LocatedScalar {
  const located = scalar(place, typeof node.value === 'string' ? unmaskVariables(node.value) : node.value);
  return isQuoted(node) ? { ...located, quoted: true } : located;
}

function scalar(place: Place, value: unknown): LocatedScalar {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', place, value: isPlain ? value : null };
}

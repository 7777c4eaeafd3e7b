import type { Place } from './finding.ts';
import type { SecretText } from './variables.ts';

/** A value of the topology file that knows where it stands; anchors and merge keys are already resolved. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** In quotes or a block: a text, whatever it looks like. */
  readonly quoted?: true;
  /** What it is made of, where that is not to be shown. */
  readonly secret?: SecretText;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A key of a mapping with its value. */
export interface Entry {
  readonly keyPlace: Place;
  readonly node: Located;
}

export type Path = readonly PropertyKey[];

/** The value as plain data, as `JSON.parse` would give it. */
export function plainValue(node: Located): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.node)]));
  }
}

/** The node at a path, or undefined where there is none. */
export function nodeAt(root: Located, path: Path): Located | undefined {
  let node: Located | undefined = root;
  for (const step of path) node = node && childOf(node, step);
  return node;
}

/** Where the value at a path stands; for a value that is absent, the key of the innermost part that exists. */
export function placeOfValue(root: Located, path: Path): Place {
  return nodeAt(root, path)?.place ?? placeOfKey(root, path);
}

/** Where the key at a path stands; for a key that is absent, the key of the innermost part that exists. */
export function placeOfKey(root: Located, path: Path): Place {
  let node = root;
  let place = root.place;
  for (const step of path) {
    const child = childOf(node, step);
    if (!child) break;
    place = (node.kind === 'map' ? node.entries.get(String(step))?.keyPlace : undefined) ?? child.place;
    node = child;
  }
  return place;
}

/** The entries of the mapping at a path; none where it is something else or absent. */
export function entriesAt(root: Located, path: Path): ReadonlyMap<string, Entry> {
  const node = nodeAt(root, path);
  return node?.kind === 'map' ? node.entries : new Map();
}

/** The text at a path, or undefined where there is something else or nothing. */
export function textAt(root: Located, path: Path): string | undefined {
  const node = nodeAt(root, path);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

function childOf(node: Located, step: PropertyKey): Located | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.node;
  return node.kind === 'list' ? node.items[Number(step)] : undefined;
}

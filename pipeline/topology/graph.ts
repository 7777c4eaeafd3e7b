import type { Place } from './finding.ts';
import { entriesAt, nodeAt, placeOfValue, plainValue, textAt, type Located, type Path } from './located.ts';
import { deadLetterTopicOf } from './names.ts';
import type { Definition, Registered, Registry } from './registry.ts';

/** A topic named by a part, and where. */
export interface TopicUse {
  readonly topic: string;
  readonly place: Place;
  /** Output name, for topics a stage writes. */
  readonly output?: string;
}

/** A source, stage or tap as far as it can be read: a part with faults still tells the others what it provides. */
export interface Part {
  readonly kind: 'source' | 'stage' | 'tap';
  readonly name: string;
  readonly path: Path;
  readonly keyPlace: Place;
  /** The word under `type`, `process` or `sink`; undefined where it is absent or no text. */
  readonly reference: string | undefined;
  readonly reads: readonly TopicUse[];
  readonly writes: readonly TopicUse[];
  readonly deadLetterTopic: string | undefined;
}

export const SECTIONS = {
  source: { section: 'sources', typeKey: 'type', types: 'sources', definition: 'source' },
  stage: { section: 'stages', typeKey: 'process', types: 'processors', definition: 'processor' },
  tap: { section: 'taps', typeKey: 'sink', types: 'sinks', definition: 'sink' },
} as const;

/** All parts in the order of the file, sources first. */
export function readParts(root: Located): readonly Part[] {
  const name = textAt(root, ['name']);
  return (['source', 'stage', 'tap'] as const).flatMap((kind) =>
    [...entriesAt(root, [SECTIONS[kind].section])].map(([part, { keyPlace }]): Part => {
      const path = [SECTIONS[kind].section, part];
      return {
        kind,
        name: part,
        path,
        keyPlace,
        reference: textAt(root, [...path, SECTIONS[kind].typeKey]),
        reads: kind === 'source' ? [] : topicsAt(root, [...path, kind === 'tap' ? 'on' : 'from']),
        writes: kind === 'tap' ? [] : outputsAt(root, [...path, 'to']),
        deadLetterTopic: name === undefined ? undefined : deadLetterTopicOf(name, part),
      };
    }),
  );
}

/** What the part's reference stands for, where the registry knows it. */
export function registeredFor(part: Part, registry: Registry): Registered<Definition> | undefined {
  return part.reference === undefined ? undefined : registry[SECTIONS[part.kind].types].get(part.reference);
}

/** The part's options, checked by its type and complete with defaults; undefined where anything is wrong with them. */
export function optionsOf(root: Located, part: Part, registry: Registry): unknown {
  const given = plainOptions(root, part);
  const parsed = registeredFor(part, registry)?.definition.options.safeParse(given);
  return parsed?.success === true ? parsed.data : undefined;
}

/** What stands under `with:`, or no options at all. */
export function plainOptions(root: Located, part: Part): unknown {
  const node = nodeAt(root, [...part.path, 'with']);
  return node?.kind === 'map' ? plainValue(node) : {};
}

function topicsAt(root: Located, path: Path): readonly TopicUse[] {
  const node = nodeAt(root, path);
  if (node?.kind === 'list') return node.items.flatMap((_, index) => topicsAt(root, [...path, index]));
  const topic = textAt(root, path);
  return topic === undefined ? [] : [{ topic, place: placeOfValue(root, path) }];
}

function outputsAt(root: Located, path: Path): readonly TopicUse[] {
  const outputs = [...entriesAt(root, path).keys()];
  const named = outputs.flatMap((output) => topicsAt(root, [...path, output]).map((use) => ({ ...use, output })));
  return nodeAt(root, path)?.kind === 'scalar' ? topicsAt(root, path) : named;
}

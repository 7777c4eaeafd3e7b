import { dirname, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../errors/pipeline-error.ts';
import { fillVariables, type FindVariable } from '../topology/fill-variables.ts';
import { errorAt, type Finding, type Place } from '../topology/finding.ts';
import { layOver } from '../topology/layers.ts';
import { nodeAt, plainValue, type Located, type LocatedScalar } from '../topology/located.ts';
import { parseTopology, type ParsedTopology } from '../topology/parse.ts';
import { schemaFaults } from '../topology/schema-faults.ts';
import { topologySpec } from '../topology/spec.ts';
import { readTopologyText } from './read-text.ts';

/** The files of a topology as one, and the absolute paths of all of them. */
export interface Layers {
  readonly parsed: ParsedTopology;
  readonly files: readonly string[];
}

/** A file as the user called it, and what stands in it where that is known already. */
export interface LayerFile {
  readonly file: string;
  readonly text?: string | undefined;
}

/**
 * Reads the files of a topology, each over those before it, and beneath each what it extends.
 * @throws UserError where one of them cannot be read.
 */
export async function readLayers(layers: readonly LayerFile[], find: FindVariable): Promise<Layers> {
  const files = new Set<string>();
  let parsed: ParsedTopology | null = null;
  for (const { file, text } of layers) {
    const layer = await readLayer(file, text ?? (await readTopologyText(file)), { above: [], files, find });
    parsed = parsed ? layOver(parsed, layer) : layer;
  }
  if (!parsed) throw new UserError('TOPOLOGY_UNREADABLE', 'no topology file is named; name one');
  return { parsed, files: [...files] };
}

interface Reading {
  /** The files that extend this one, outermost first. */
  readonly above: readonly string[];
  readonly files: Set<string>;
  readonly find: FindVariable;
}

async function readLayer(file: string, text: string, { above, files, find }: Reading): Promise<ParsedTopology> {
  files.add(resolve(file));
  const { own, fragments, findings } = apart(parseTopology(text, file), find);
  let beneath: ParsedTopology | null = null;
  for (const { path, place } of fragments) {
    const read = await readFragment(path, place, { above: [...above, file], files, find });
    if (!('root' in read)) findings.push(read);
    else beneath = beneath ? layOver(beneath, read) : read;
  }
  const whole = beneath ? layOver(beneath, own) : own;
  return { ...whole, findings: [...whole.findings, ...findings] };
}

interface Fragment {
  /** As findings call it. */
  readonly path: string;
  readonly place: Place;
}

interface Apart {
  readonly own: ParsedTopology;
  readonly fragments: readonly Fragment[];
  readonly findings: Finding[];
}

/** A file without its `extends:`, and what stands there. */
function apart(parsed: ParsedTopology, find: FindVariable): Apart {
  const { root } = parsed;
  const entry = root.entries.get('extends');
  if (!entry) return { own: parsed, fragments: [], findings: [] };
  const own = {
    ...parsed,
    root: { ...root, entries: new Map([...root.entries].filter(([key]) => key !== 'extends')) },
  };
  const alone = { root: { ...root, entries: new Map([['extends', entry]]) }, findings: [] };
  const filled = fillVariables(alone, find);
  if (filled.findings.length > 0) return { own, fragments: [], findings: [...filled.findings] };
  const [fault] = schemaFaults(
    topologySpec.shape.extends,
    plainValue(filled.root.entries.get('extends')?.node ?? entry.node),
  );
  if (fault) {
    const message = `the topology: extends ${fault.message}`;
    return { own, fragments: [], findings: [errorAt(entry.node.place, { code: 'TOPOLOGY_INVALID_VALUE', message })] };
  }
  return { own, fragments: textsOf(nodeAt(filled.root, ['extends'])).map(besides), findings: [] };
}

function textsOf(node: Located | undefined): readonly LocatedScalar[] {
  if (node?.kind === 'list') return node.items.flatMap(textsOf);
  return node?.kind === 'scalar' ? [node] : [];
}

function besides({ value, place }: LocatedScalar): Fragment {
  const path = String(value);
  return { path: isAbsolute(path) ? path : join(dirname(place.file), path), place };
}

async function readFragment(path: string, place: Place, reading: Reading): Promise<ParsedTopology | Finding> {
  const circle = reading.above.findIndex((file) => resolve(file) === resolve(path));
  if (circle !== -1) {
    const message = `${[...reading.above.slice(circle), path].join(' extends ')}, which is a circle; take one of them out`;
    return errorAt(place, { code: 'TOPOLOGY_EXTENDS', message });
  }
  try {
    return await readLayer(path, await readTopologyText(path), reading);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return errorAt(place, { code: 'TOPOLOGY_EXTENDS', message: error.message });
  }
}

import { resolve } from 'node:path';
import { UserError, messageOf } from '../errors/pipeline-error.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import { errorAt, type Finding } from '../topology/finding.ts';
import { SECTIONS, readParts, type Part } from '../topology/graph.ts';
import { placeOfValue, type Located } from '../topology/located.ts';
import {
  isModulePath,
  type Definition,
  type DefinitionKind,
  type Registered,
  type Registry,
} from '../topology/registry.ts';
import { loadBuiltIn, loadShelf } from './built-ins.ts';
import { findModule, similarFile } from './find-module.ts';
import { importDefinition, type DefinitionOf } from './import-definition.ts';
import { codeOf } from './module-code.ts';

const SHELVES = { processor: 'processors', source: 'sources', sink: 'sinks' } as const;

const NOT_FOUND = {
  processor: 'TOPOLOGY_UNKNOWN_PROCESSOR',
  source: 'TOPOLOGY_UNKNOWN_SOURCE',
  sink: 'TOPOLOGY_UNKNOWN_SINK',
} as const;

/** Built-ins and the modules a topology refers to, with a finding for each that cannot be had. */
export interface LoadedRegistry {
  readonly registry: Registry;
  readonly findings: readonly Finding[];
  /** Files of the modules, with the local files they import; absolute. */
  readonly files: readonly string[];
}

/**
 * The definition an id of the plan stands for: a built-in name, or the absolute path of a module.
 * @throws UserError TOPOLOGY_BROKEN_MODULE, or TOPOLOGY_UNKNOWN_* for a name that is not built in.
 */
export async function loadDefinition<K extends DefinitionKind>(kind: K, id: string): Promise<DefinitionOf<K>> {
  const builtIn = await loadBuiltIn(kind, id);
  if (builtIn) return builtIn.definition;
  if (isModulePath(id)) return await importDefinition(kind, id);
  throw new UserError(NOT_FOUND[kind], `there is no ${kind} "${id}"; give a built-in name or the path of a module`);
}

/**
 * Loads every module that a topology names; relative paths begin at `baseDirectory`, the folder of its file. Processors
 * at hand come before modules and built-ins.
 */
export async function loadRegistry(
  root: Located,
  baseDirectory: string,
  atHand: readonly ProcessorDefinition[] = [],
): Promise<LoadedRegistry> {
  const repartition = await loadBuiltIn('processor', 'repartition'); // planned where a stage groups by another key
  const given = atHand.map((definition) => ({ id: definition.name, definition }));
  const registry: Registry = {
    processors: new Map([...(repartition ? [repartition] : []), ...given].map((one) => [one.id, one])),
    sources: new Map(),
    sinks: new Map(),
  };
  const findings: Finding[] = [];
  const files: string[] = [];
  for (const part of readParts(root)) {
    const { definition: kind, typeKey } = SECTIONS[part.kind];
    const shelf = registry[SHELVES[kind]] as Map<string, Registered<DefinitionOf<typeof kind>>>;
    if (part.reference === undefined || shelf.has(part.reference)) continue;
    const place = placeOfValue(root, [...part.path, typeKey]);
    try {
      const builtIn = await loadBuiltIn(kind, part.reference);
      const loaded = builtIn
        ? { registered: builtIn, files: [] }
        : await loadModule(kind, part.reference, baseDirectory);
      if (loaded) shelf.set(part.reference, loaded.registered);
      else await addAll(kind, shelf);
      files.push(...(loaded?.files ?? []));
    } catch (error) {
      const code = error instanceof UserError ? error.code : 'TOPOLOGY_BROKEN_MODULE';
      findings.push(errorAt(place, { code, message: `${nameOf(part)}: ${messageOf(error)}` }));
    }
  }
  return { registry, findings, files };
}

interface LoadedModule<D extends Definition> {
  readonly registered: Registered<D>;
  readonly files: readonly string[];
}

/** A name that nothing has: lint says what there is, and which of it was meant. */
async function addAll<K extends DefinitionKind>(
  kind: K,
  shelf: Map<string, Registered<DefinitionOf<K>>>,
): Promise<void> {
  for (const [name, builtIn] of await loadShelf(kind)) if (!shelf.has(name)) shelf.set(name, builtIn);
}

/** Undefined for a bare name that has no module. */
async function loadModule<K extends DefinitionKind>(
  kind: K,
  reference: string,
  baseDirectory: string,
): Promise<LoadedModule<DefinitionOf<K>> | undefined> {
  const path = await findModule(kind, reference, baseDirectory);
  if (path !== null) {
    const { files, digest: code } = await codeOf(path);
    return { registered: { id: path, definition: await importDefinition(kind, path), code }, files };
  }
  if (!isModulePath(reference)) return undefined;
  const wanted = resolve(baseDirectory, reference);
  const similar = await similarFile(wanted);
  const mend = similar === undefined ? 'correct the path' : `did you mean "${similar}"?`;
  throw new UserError(NOT_FOUND[kind], `there is no file ${wanted}; ${mend}`);
}

function nameOf({ kind, name }: Part): string {
  return `${kind} "${name}"`;
}

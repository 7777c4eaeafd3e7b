import { pathToFileURL } from 'node:url';
import { UserError, messageOf } from '../errors/pipeline-error.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import type { SourceDefinition } from '../ports/source.ts';
import type { DefinitionKind } from '../topology/registry.ts';

/** The definition type of a kind. */
export type DefinitionOf<K extends DefinitionKind> = {
  readonly processor: ProcessorDefinition;
  readonly source: SourceDefinition;
  readonly sink: SinkDefinition;
}[K];

const MAKERS: Readonly<Record<DefinitionKind, string>> = {
  processor: 'defineProcessor',
  source: 'defineSource',
  sink: 'defineSink',
};

/**
 * Imports a module of the user (TypeScript or JavaScript, absolute path) and takes its default export.
 * @throws UserError TOPOLOGY_BROKEN_MODULE with the module's own error and its line, or what its export lacks.
 */
export async function importDefinition<K extends DefinitionKind>(kind: K, path: string): Promise<DefinitionOf<K>> {
  const exported = defaultExportOf(await importModule(path));
  const fault = faultOf(kind, exported);
  if (fault !== null) throw new UserError('TOPOLOGY_BROKEN_MODULE', `${path} ${fault}`);
  return exported as DefinitionOf<K>;
}

async function importModule(path: string): Promise<unknown> {
  try {
    if (!path.endsWith('.ts')) return (await import(pathToFileURL(path).href)) as unknown;
    const { tsImport } = await import('tsx/esm/api');
    process.setSourceMapsEnabled(true); // stacks, in dead letters too, then tell lines of the TypeScript
    return (await tsImport(pathToFileURL(path).href, import.meta.url)) as unknown;
  } catch (cause) {
    const message = `${path}${lineIn(cause, path)} does not load: ${sentenceOf(cause)}; correct the module`;
    throw new UserError('TOPOLOGY_BROKEN_MODULE', message, { cause });
  }
}

/** ES modules have `default`; what a CommonJS build exports as `default` lies one level deeper. */
function defaultExportOf(module: unknown): unknown {
  const exported = propertyOf(module, 'default');
  return propertyOf(exported, 'kind') === undefined ? (propertyOf(exported, 'default') ?? exported) : exported;
}

function faultOf(kind: DefinitionKind, exported: unknown): string | null {
  const mend = `end it with export default ${MAKERS[kind]}({ ... })`;
  if (exported === undefined) return `has no default export; ${mend}`;
  const itsKind = propertyOf(exported, 'kind');
  if (typeof itsKind !== 'string') return `exports no ${kind}; ${mend}`;
  if (itsKind !== kind) return `exports a ${itsKind}, and a ${kind} is wanted; ${mend}`;
  const isZod = propertyOf(propertyOf(exported, 'options'), '_zod') !== undefined;
  if (!isZod) return `has no options schema of zod 4; give it options: z.strictObject({ ... })`;
  const verb = kind === 'source' ? 'records' : 'create';
  return typeof propertyOf(exported, verb) === 'function' ? null : `exports a ${kind} without ${verb}(); ${mend}`;
}

function propertyOf(value: unknown, name: string): unknown {
  const isOpen = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isOpen ? (Reflect.get(value, name) as unknown) : undefined;
}

/** `:3:7` where the error tells a place in the module itself; places in compiled text (`data:`) would mislead. */
function lineIn(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const lines = `${messageOf(error)}\n${stack}`.split('\n').filter((line) => !line.includes('data:'));
  for (const line of lines) {
    const place = line.includes(path)
      ? /^(?:\?[^:]*)?(:\d+(?::\d+)?)/.exec(line.slice(line.indexOf(path) + path.length))
      : null;
    if (place?.[1] !== undefined) return place[1];
  }
  return '';
}

/** Compilers put a headline first and the error in the next line. */
function sentenceOf(error: unknown): string {
  const [headline = '', detail] = messageOf(error).split('\n');
  const told = /ERROR: (.*)/.exec(detail ?? '')?.[1];
  return told ?? headline;
}

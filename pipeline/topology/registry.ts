import type { ProcessorDefinition } from '../ports/processor.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import type { SourceDefinition } from '../ports/source.ts';

export type Definition = ProcessorDefinition | SourceDefinition | SinkDefinition;
export type DefinitionKind = Definition['kind'];

/** A definition and the name by which a worker finds it again: its built-in name, or the absolute path of its module. */
export interface Registered<D extends Definition> {
  readonly id: string;
  readonly definition: D;
  /** Digest of the source of its module; absent for what is built in. */
  readonly code?: string;
}

/** Everything a topology can name, under the words its file uses; modules of the user are there by path as well. */
export interface Registry {
  readonly processors: ReadonlyMap<string, Registered<ProcessorDefinition>>;
  readonly sources: ReadonlyMap<string, Registered<SourceDefinition>>;
  readonly sinks: ReadonlyMap<string, Registered<SinkDefinition>>;
}

/** Whether a word of the file is the path of a module and not a name. */
export function isModulePath(reference: string): boolean {
  return /^(?:\.{0,2}\/|[A-Za-z]:[\\/])/.test(reference);
}

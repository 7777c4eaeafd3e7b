import { join } from 'node:path';
import { Argument, Option } from 'commander';
import type { TopologyRequest } from '../registry/read-topology.ts';

/** Where tapline keeps what belongs to a project: broker data, logs, notes of what runs. */
export function stateDirectory(): string {
  return join(process.cwd(), '.tapline');
}

const DEFAULT_FILE = 'topology.yaml';

/** What a verb is told of the topology it reads. */
export interface TopologyOptions {
  readonly file: readonly string[];
  readonly set: readonly string[];
}

/** The topology file every verb that reads one takes. */
export function topologyArgument(): Argument {
  return new Argument('[file]', `topology file (default: ${DEFAULT_FILE})`);
}

/** `-f topology.yaml -f prod.yaml`, beside {@link topologyArgument}. */
export function fileOption(): Option {
  return new Option('-f, --file <file>', 'topology file; each further one is laid over those before it; repeatable')
    .argParser((file: string, before: readonly string[]) => [...before, file])
    .default([] as readonly string[], DEFAULT_FILE);
}

/** The topology that {@link topologyArgument}, {@link fileOption} and {@link setOption} name. */
export function topologyRequest(argument: string | undefined, { file, set }: TopologyOptions): TopologyRequest {
  const [first = DEFAULT_FILE, ...overlays] = argument === undefined ? file : [argument, ...file];
  return { file: first, overlays, set };
}

/** The files of a request as one types them: `topology.yaml`, `topology.yaml -f prod.yaml`. */
export function filesAsTyped({ file, overlays = [] }: TopologyRequest): string {
  return [file, ...overlays].join(' -f ');
}

/** `--set stages.detect.replicas=2`, repeatable. */
export function setOption(): Option {
  return new Option('--set <path=value>', 'override a value of the file, e.g. stages.detect.replicas=2; repeatable')
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([] as readonly string[], 'none');
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON, for scripts').default(false, 'no');
}

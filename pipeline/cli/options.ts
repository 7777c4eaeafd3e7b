import { join } from 'node:path';
import { Argument, Option } from 'commander';

/** Where tapline keeps what belongs to a project: broker data, logs, notes of what runs. */
export function stateDirectory(): string {
  return join(process.cwd(), '.tapline');
}

/** The topology file every verb that reads one takes. */
export function fileArgument(): Argument {
  return new Argument('[file]', 'topology file').default('topology.yaml');
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

import { Command } from 'commander';
import { UserError } from '../errors/pipeline-error.ts';
import { findRuns, type Run } from '../runtime/run-file.ts';
import type { StateEntry } from '../runtime/state-reading.ts';
import { countOption } from './count-option.ts';
import { jsonOption, stateDirectory } from './options.ts';
import { say } from './terminal.ts';

const DEFAULT_LIMIT = 100;

interface ScanOptions {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly topology?: string;
  readonly json: boolean;
}

/** `state get | scan`: what the stores of a running stage hold. */
export function stateCommand(): Command {
  return new Command('state')
    .summary('read the state of a running stage')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- state get averages windows attic\n  npm run -s topology -- state scan averages windows --limit 20',
    )
    .addCommand(getCommand())
    .addCommand(scanCommand());
}

function getCommand(): Command {
  return withCommonOptions(new Command('get'))
    .description('Prints the value of one key, or of all windows of it.')
    .argument('<key>', 'key')
    .action(async (...[stage, store, key, options]: [string, string, string, ScanOptions]) => {
      const entries = await read(stage, store, { ...options, key });
      if (entries.length === 0) throw new UserError('ARGUMENT_INVALID', `store "${store}" has no key "${key}"`);
      print(entries, options);
    });
}

function scanCommand(): Command {
  return withCommonOptions(new Command('scan'))
    .description('Prints the entries of a store: those of windows in the order of time, others by key.')
    .option('--from <key>', 'keys from this one on')
    .option('--to <key>', 'keys before this one')
    .action(async (stage: string, store: string, options: ScanOptions) => {
      print(await read(stage, store, options), options);
    });
}

function withCommonOptions(command: Command): Command {
  return command
    .argument('<stage>', 'name of the stage')
    .argument('<store>', 'name of the store')
    .addOption(countOption('--limit <n>', 'at most this many entries').default(DEFAULT_LIMIT))
    .option('--topology <name>', 'where several topologies run in this folder')
    .addOption(jsonOption());
}

async function read(
  stage: string,
  store: string,
  { topology, from, to, key, limit }: ScanOptions & { readonly key?: string },
): Promise<readonly StateEntry[]> {
  const { address } = await theRun(topology);
  const wanted = Object.entries({ key, from, to, limit: String(limit) });
  const query = new URLSearchParams(wanted.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const path = ['state', stage, store].map(encodeURIComponent).join('/');
  const response = await fetch(`${address}/${path}?${query.toString()}`);
  if (!response.ok) throw new UserError('STORE_UNREADABLE', (await response.text()).trim());
  return (await response.json()) as StateEntry[];
}

async function theRun(topology: string | undefined): Promise<Run> {
  const runs = (await findRuns(stateDirectory())).filter(
    (run) => run.state === 'running' && (topology === undefined || run.topology === topology),
  );
  const [run, ...others] = runs;
  if (!run) throw new UserError('ARGUMENT_INVALID', 'nothing runs here; start it with npm run topology:up');
  if (others.length === 0) return run;
  const names = runs.map((one) => one.topology).join(', ');
  throw new UserError('ARGUMENT_INVALID', `several topologies run here: ${names}; choose one with --topology`);
}

function print(entries: readonly StateEntry[], { json }: ScanOptions): void {
  if (json) {
    say(JSON.stringify(entries, null, 2));
    return;
  }
  for (const { key, startMs, value } of entries) {
    const window = startMs === undefined ? '' : `  ${new Date(startMs).toISOString()}`;
    say(`${key}${window}  ${JSON.stringify(value)}`);
  }
}

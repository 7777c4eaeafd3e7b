import { Command, Option } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import { askRun } from '../../runtime/apply/ask-run.ts';
import type { TopologyRequest } from '../../registry/read-topology.ts';
import { complain, say } from '../terminal.ts';
import { fileOption, jsonOption, setOption, topologyArgument, topologyRequest, filesAsTyped } from '../options.ts';
import { changeLines, changeSummary } from './change-lines.ts';
import { fileOnlyOption } from './options.ts';
import { DESTRUCTIVE } from './plan.ts';
import { editedTopology, type FileOptions } from './running.ts';

interface ApplyOptions extends FileOptions {
  readonly allow: readonly string[];
  readonly json: boolean;
}

/** `apply`: makes the file, as it is now, what runs. */
export function applyCommand(): Command {
  return new Command('apply')
    .summary('change a running topology as the file says')
    .description(
      'Does what plan shows, on the running system: workers whose part of the file did not change are left alone, the ' +
        'others are stopped, drained, and started anew. What cannot start is taken back. It may be run again at any ' +
        'time, as it compares with what runs then. Exits with 3 where something would be destroyed that --allow does not name.',
    )
    .addArgument(topologyArgument())
    .addOption(fileOption())
    .addOption(allowOption())
    .addOption(setOption())
    .addOption(fileOnlyOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  npm run topology:apply\n  npm run topology:apply -- mine.yaml --allow averages.windows',
    )
    .action(async (file: string | undefined, options: ApplyOptions) => {
      process.exitCode = await apply(topologyRequest(file, options), options);
      process.exit();
    });
}

function allowOption(): Option {
  return new Option('--allow <name>', 'destroy what plan calls destructive of this name; repeatable')
    .argParser((name: string, before: readonly string[]) => [...before, name])
    .default([] as readonly string[], 'nothing');
}

async function apply(request: TopologyRequest, options: ApplyOptions): Promise<number> {
  const { plan, run } = await editedTopology(request, options);
  if (!run) throw nothingRuns(plan.name, filesAsTyped(request));
  try {
    const changes = await askRun(run, 'apply', { plan, allow: options.allow });
    if (options.json) say(JSON.stringify({ topology: plan.name, changes }, null, 2));
    else for (const line of [...changeLines(changes), changeSummary(changes)]) say(line);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'CHANGE_NOT_ALLOWED') throw error;
    complain(`${error.code} ${error.message}`);
    return DESTRUCTIVE;
  }
}

function nothingRuns(name: string, file: string): UserError {
  const argument = file === 'topology.yaml' ? '' : ` -- ${file}`;
  const sentence = `topology "${name}" does not run in this folder, so there is nothing to change; start it with npm run topology:up${argument}`;
  return new UserError('CHANGE_IMPOSSIBLE', sentence);
}

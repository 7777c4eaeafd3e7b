import { Command } from 'commander';
import { askRun } from '../../runtime/apply/ask-run.ts';
import { brokerFacts } from '../../runtime/apply/broker-facts.ts';
import { changesOf, refusedOf, type Change } from '../../topology/changes/index.ts';
import type { Plan } from '../../topology/plan.ts';
import { connect } from '../connect.ts';
import { fileOption, jsonOption, setOption, topologyArgument, topologyRequest } from '../options.ts';
import { say } from '../terminal.ts';
import { changeLines, changeSummary } from './change-lines.ts';
import { fileOnlyOption } from './options.ts';
import { editedTopology, type FileOptions } from './running.ts';

/** Exit code where something would be destroyed, so that `apply` needs `--allow`. */
export const DESTRUCTIVE = 3;
/** Exit code where the topology cannot be made so. */
const IMPOSSIBLE = 2;

/** `plan`: what the file, as it is now, would do to what runs. */
export function planCommand(): Command {
  return new Command('plan')
    .summary('show what an edited file would change')
    .description(
      'Compares the topology file with what runs and with the broker, and changes nothing: what would be created, ' +
        'changed, renamed, removed, reset or left behind, and what becomes of offsets and state. Exits with 0 where ' +
        'nothing is destroyed, with 3 where something is, with 2 where it cannot be done or the file has errors.',
    )
    .addArgument(topologyArgument())
    .addOption(fileOption())
    .addOption(setOption())
    .addOption(fileOnlyOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  npm run -s topology:plan\n  npm run -s topology:plan -- mine.yaml --json')
    .action(async (file: string | undefined, options: FileOptions & { readonly json: boolean }) => {
      const { plan, run } = await editedTopology(topologyRequest(file, options), options);
      const changes = run ? await askRun(run, 'plan', { plan, allow: [] }) : await changesFromNothing(plan);
      if (options.json) say(JSON.stringify({ topology: plan.name, running: run !== null, changes }, null, 2));
      else print(changes, run !== null);
      process.exitCode = exitCodeOf(changes);
      process.exit();
    });
}

function exitCodeOf(changes: readonly Change[]): number {
  if (changes.some(({ what }) => what === 'impossible')) return IMPOSSIBLE;
  return refusedOf(changes, []).length > 0 ? DESTRUCTIVE : 0;
}

async function changesFromNothing(plan: Plan): Promise<readonly Change[]> {
  const admin = (await connect('tapline-plan')).admin();
  try {
    return changesOf({ before: null, after: plan, facts: await brokerFacts(admin, null, plan) });
  } finally {
    await admin.close();
  }
}

function print(changes: readonly Change[], runs: boolean): void {
  if (!runs) say('nothing runs; npm run topology:up would do this:');
  for (const line of changeLines(changes)) say(line);
  say(changeSummary(changes));
}

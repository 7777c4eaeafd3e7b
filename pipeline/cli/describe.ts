import { Command } from 'commander';
import { describe } from '../topology/describe.ts';
import { fileArgument, jsonOption, setOption } from './options.ts';
import { readPlan } from './read-plan.ts';
import { say } from './terminal.ts';

/** `describe`: the topology as a drawing, or its plan as JSON. */
export function describeCommand(): Command {
  return new Command('describe')
    .summary('draw a topology as text')
    .description('Draws sources, topics, stages and taps of a topology file; with --json prints the whole plan.')
    .addArgument(fileArgument())
    .addOption(setOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npm run -s topology -- describe')
    .action(async (file: string, { set, json }: { readonly set: readonly string[]; readonly json: boolean }) => {
      const plan = await readPlan({ file, set });
      say(json ? JSON.stringify(plan, null, 2) : describe(plan));
    });
}

import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import { paint, say } from '../terminal.ts';
import { upCommand } from '../up.ts';
import { findExample, findExamples, type Example } from './find-examples.ts';

/** `examples`: lists the lessons that come with tapline; `examples run` runs one as `up` does. */
export function examplesCommand(): Command {
  return new Command('examples')
    .summary('list and run the examples')
    .description('Lists the examples that come with tapline, each a topology with its tests and a page to read.')
    .argument('[name]', 'the one to tell of')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  npx tapline examples\n  npm run example cat-facts')
    .action(async (name: string | undefined, { json }: { readonly json: boolean }) => {
      const examples = name === undefined ? await findExamples() : [await findExample(name)];
      say(json ? JSON.stringify(examples, null, 2) : listed(examples));
    })
    .addCommand(
      new Command('run')
        .description('Runs an example, with all options of up.')
        .argument('<name>', 'name of the example')
        .argument('[options...]', 'options of up, see up --help')
        .allowUnknownOption()
        .addHelpText('after', '\nExample:\n  npm run example cat-facts -- --set sources.facts.with.every=1m --no-ui')
        .action(run),
    );
}

async function run(name: string, options: readonly string[]): Promise<void> {
  const { topology, lookAt } = await findExample(name);
  say(paint('bold', lookAt));
  await upCommand().parseAsync([topology, ...options], { from: 'user' });
}

function listed(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ name }) => name.length)) + 2;
  const lines = examples.flatMap(({ name, summary, command }) => [
    `${paint('bold', name.padEnd(width))}${summary}`,
    `${' '.repeat(width)}${paint('dim', command)}`,
  ]);
  return lines.join('\n');
}

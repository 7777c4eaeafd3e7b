import { Command } from 'commander';
import { checkTopology } from '../registry/read-topology.ts';
import { fileArgument, jsonOption, setOption } from './options.ts';
import { complain, say } from './terminal.ts';

/** `lint`: every fault of a topology file at once. */
export function lintCommand(): Command {
  return new Command('lint')
    .summary('check a topology file')
    .description(
      'Checks a topology file and prints every fault as file:line:column CODE sentence. Exit code 2 when there is an error.',
    )
    .addArgument(fileArgument())
    .addOption(setOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  npm run -s topology -- lint\n  npm run -s topology -- lint mine.yaml --json')
    .action(async (file: string, { set, json }: { readonly set: readonly string[]; readonly json: boolean }) => {
      const findings = await checkTopology({ file, set });
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (json) say(JSON.stringify(findings, null, 2));
      else for (const { text } of findings) complain(text);
      if (!json && findings.length === 0) say(`${file} is fine`);
      process.exitCode = errors.length > 0 ? 2 : 0;
    });
}

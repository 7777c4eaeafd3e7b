import { Command } from 'commander';
import { checkTopology } from '../registry/read-topology.ts';
import {
  fileOption,
  filesAsTyped,
  jsonOption,
  setOption,
  topologyArgument,
  topologyRequest,
  type TopologyOptions,
} from './options.ts';
import { complain, say } from './terminal.ts';

/** `lint`: every fault of a topology file at once. */
export function lintCommand(): Command {
  return new Command('lint')
    .summary('check a topology file')
    .description(
      'Checks a topology file and prints every fault as file:line:column CODE sentence. Exit code 2 when there is an error.',
    )
    .addArgument(topologyArgument())
    .addOption(fileOption())
    .addOption(setOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- lint\n  npm run -s topology -- lint -f topology.yaml -f prod.yaml --json',
    )
    .action(async (file: string | undefined, options: TopologyOptions & { readonly json: boolean }) => {
      const request = topologyRequest(file, options);
      const findings = await checkTopology(request);
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (options.json) say(JSON.stringify(findings, null, 2));
      else for (const { text } of findings) complain(text);
      if (!options.json && findings.length === 0) say(`${filesAsTyped(request)} is fine`);
      process.exitCode = errors.length > 0 ? 2 : 0;
    });
}

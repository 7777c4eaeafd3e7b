import { Command, Option } from 'commander';
import { readTopology } from '../registry/read-topology.ts';
import { describe } from '../topology/describe.ts';
import { mermaid } from '../topology/drawing/mermaid.ts';
import { page } from '../topology/drawing/page.ts';
import { fileArgument, jsonOption, setOption } from './options.ts';
import { complain, say } from './terminal.ts';

interface DescribeOptions {
  readonly set: readonly string[];
  readonly json: boolean;
  readonly mermaid: boolean;
  readonly html: boolean;
}

/** `describe`: the topology as a drawing, a flowchart or a page, or its plan as JSON. */
export function describeCommand(): Command {
  return new Command('describe')
    .summary('draw a topology as text, Mermaid or a page')
    .description(
      'Draws sources, topics, stages and taps of a topology file as text; as a Mermaid flowchart; as one HTML page with all ' +
        'settings, which needs neither network nor server; or prints the whole plan as JSON.',
    )
    .addArgument(fileArgument())
    .addOption(setOption())
    .addOption(jsonOption().conflicts(['mermaid', 'html']))
    .addOption(new Option('--mermaid', 'print a Mermaid flowchart').default(false, 'no').conflicts(['html']))
    .addOption(new Option('--html', 'print an HTML page').default(false, 'no'))
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- describe\n  npm run -s topology -- describe --html > topology.html',
    )
    .action(async (file: string, options: DescribeOptions) => {
      const { plan, registry, findings } = await readTopology({ file, set: options.set });
      for (const { text } of findings) complain(text);
      if (options.json) say(JSON.stringify(plan, null, 2));
      else if (options.mermaid) say(mermaid(plan, registry));
      else say(options.html ? page(plan, registry) : describe(plan));
    });
}

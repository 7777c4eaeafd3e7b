import { Command, Option } from 'commander';
import { describe } from '../topology/describe.ts';
import { mermaid } from '../topology/drawing/mermaid.ts';
import { page } from '../topology/drawing/page.ts';
import {
  fileOption,
  jsonOption,
  setOption,
  topologyArgument,
  topologyRequest,
  type TopologyOptions,
} from './options.ts';
import { readTold } from './read-plan.ts';
import { say } from './terminal.ts';

interface DescribeOptions extends TopologyOptions {
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
    .addArgument(topologyArgument())
    .addOption(fileOption())
    .addOption(setOption())
    .addOption(jsonOption().conflicts(['mermaid', 'html']))
    .addOption(new Option('--mermaid', 'print a Mermaid flowchart').default(false, 'no').conflicts(['html']))
    .addOption(new Option('--html', 'print an HTML page').default(false, 'no'))
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- describe\n  npm run -s topology -- describe --html > topology.html',
    )
    .action(async (file: string | undefined, options: DescribeOptions) => {
      const { plan, registry } = await readTold(topologyRequest(file, options));
      if (options.json) say(JSON.stringify(plan, null, 2));
      else if (options.mermaid) say(mermaid(plan, registry));
      else say(options.html ? page(plan, registry) : describe(plan));
    });
}

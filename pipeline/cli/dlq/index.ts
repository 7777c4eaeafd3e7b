import { Command } from 'commander';
import { discardCommand } from './discard.ts';
import { listCommand } from './list.ts';
import { replayCommand } from './replay.ts';
import { showCommand } from './show.ts';

/** `dlq list | show | replay | discard`: dead letters, why they died, and their way back. */
export function dlqCommand(): Command {
  return new Command('dlq')
    .summary('list, show, replay and discard dead letters')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  npm run -s topology -- dlq list\n' +
        '  npm run -s topology -- dlq show street.decode --limit 3\n' +
        '  npm run -s topology -- dlq replay street.decode --dry-run\n' +
        '  npm run -s topology -- dlq discard street.decode --to 40 --reason "camera was broken"',
    )
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(replayCommand())
    .addCommand(discardCommand());
}

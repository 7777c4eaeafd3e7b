import { Command } from 'commander';
import { connect } from './connect.ts';
import { recordJson } from './record-json.ts';
import { parseStartPosition } from './start-position.ts';
import { say } from './terminal.ts';

interface ConsumeOptions {
  readonly from: string;
  readonly limit?: number;
  readonly valuesOnly: boolean;
}

/** `consume`: prints records of a topic as JSON lines. */
export function consumeCommand(): Command {
  return new Command('consume')
    .summary('print records of a topic')
    .description('Prints the records of a topic as JSON lines, from a position on, until Ctrl-C or --limit.')
    .argument('<topic>')
    .option('--from <position>', 'earliest, latest, an ISO time, or partition@offset', 'latest')
    .option('--limit <n>', 'end after this many records', Number)
    .option('--values-only', 'write the values alone, as they are', false)
    .addHelpText('after', '\nExample:\n  npm run -s topology -- consume frames.detected --from earliest --limit 3')
    .action(async (topic: string, { from, limit, valuesOnly }: ConsumeOptions) => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const kafka = await connect('tapline-consume');
      let left = limit ?? Infinity;
      for await (const record of kafka.openReader({ topic, from: parseStartPosition(from), signal: stop.signal })) {
        if (valuesOnly) process.stdout.write(record.value ?? '');
        else say(JSON.stringify(recordJson(record)));
        if (--left <= 0) break;
      }
      process.exit();
    });
}

import { Command } from 'commander';
import { UserError } from '../errors/pipeline-error.ts';
import { checkExpression, compileExpression, type Expression } from '../expression/expression.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import { RateLimit, isSampled } from '../runtime/tap-filter.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { consoleLine } from '../sinks/console-line.ts';

import { connect } from './connect.ts';
import { jsonOption } from './options.ts';
import { recordJson } from './record-json.ts';
import { parseStartPosition } from './start-position.ts';
import { complain, say } from './terminal.ts';

interface TapOptions {
  readonly where?: string;
  readonly select?: string;
  readonly sample?: number;
  readonly rate?: number;
  readonly from: string;
  readonly limit?: number;
  readonly json: boolean;
}

/** `tap`: watches any topic of a running system with no edit and no effect on it. */
export function tapCommand(): Command {
  return new Command('tap')
    .summary('watch a topic of a running system')
    .description('Prints records of a topic as they come, filtered and shaped by JSONata, without touching what runs.')
    .argument('<topic>')
    .option('--where <expression>', 'only records for which this JSONata is true')
    .option('--select <expression>', 'print what this JSONata makes of the record')
    .option('--sample <share>', 'only this share of the records, 0 to 1', Number)
    .option('--rate <n>', 'at most this many records a second', Number)
    .option('--from <position>', 'earliest, latest, an ISO time, or partition@offset', 'latest')
    .option('--limit <n>', 'end after this many records', Number)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\nExample:\n  npm run tap -- frames.detected --where "objects[label='person' and score > 0.6]" --limit 5`,
    )
    .action(async (topic: string, options: TapOptions) => {
      const where = compiled('--where', options.where);
      const select = compiled('--select', options.select);
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const kafka = await connect('tapline-tap');
      const records = kafka.openReader({ topic, from: parseStartPosition(options.from), signal: stop.signal });
      complain(`tapping ${topic}; Ctrl-C ends`);
      await print(records, { options, where, select });
      process.exit();
    });
}

interface TapShape {
  readonly options: TapOptions;
  readonly where: Expression | null;
  readonly select: Expression | null;
}

async function print(records: AsyncIterable<ConsumerRecord>, { options, where, select }: TapShape): Promise<void> {
  const rate = new RateLimit(options.rate ?? null, systemClock);
  let left = options.limit ?? Infinity;
  for await (const record of records) {
    if (!isSampled(record, options.sample ?? null)) continue;
    if (where && !(await where.matches(record))) continue;
    if (!rate.allows()) continue;
    if (select) say(JSON.stringify(await select.evaluate(record)));
    else say(options.json ? JSON.stringify(recordJson(record)) : consoleLine(record));
    if (--left <= 0) return;
  }
}

function compiled(option: string, expression: string | undefined): Expression | null {
  if (expression === undefined) return null;
  const fault = checkExpression(expression);
  if (!fault) return compileExpression(expression);
  throw new UserError('ARGUMENT_INVALID', `${option} is no JSONata: ${fault.message} (character ${fault.position})`);
}

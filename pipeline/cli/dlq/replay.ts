import { Command, Option } from 'commander';
import type { Kafka } from '../../kafka/index.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { connect } from '../connect.ts';
import { countOption } from '../count-option.ts';
import { complain, say } from '../terminal.ts';
import { Ticker } from '../ticker.ts';
import { deadLetterTopic, partOf } from './dead-letter-topic.ts';
import { recordsIn } from './read-letters.ts';
import { ReplayProgress } from './replay-progress.ts';
import { ReplayRun } from './replay-run.ts';
import { ReplayTally } from './replay-tally.ts';
import { Router } from './router.ts';
import { selectionOf, type SelectionOptions } from './selection.ts';

const INTERRUPTED = 130;

interface ReplayOptions extends SelectionOptions {
  readonly into?: string;
  readonly limit?: number;
  readonly rate?: number;
  readonly maxRedrives: number;
  readonly again: boolean;
  readonly dryRun: boolean;
}

const HELP = `
What goes back is the record as it was (key, value, headers) with the time of now, in the partition it came from. Only the
stage or tap that failed takes it; other readers of the topic that tapline runs step over it. With --into another topic,
that holds where the failed stage reads it, else all its readers take it. A live tap takes it only while it runs.

Progress is kept by dead letter, in the consumer group <topology>.<stage>.dlq.replay. After Ctrl-C, run the same command
again. A run with --where, --code, --from, --to or --limit marks only what it replayed, so a later run still finds the
rest; what was skipped is looked at again each time. --again takes what was replayed before too. Kafka forgets the progress
of a group that is idle for seven days (offsets.retention.minutes): after that, give --from. A crash may repeat a few
records; the outputs of a repeat have the ce_id of the first.

Not replayed: what a source could not write (it never was in a topic; --into <topic> writes its raw bytes), records too
large to be kept whole whose original is gone, and what was replayed --max-redrives times.

--where sees the record as taps do; why it died is in $record.headers.

Examples:
  npm run -s topology -- dlq replay street.decode --dry-run
  npm run -s topology -- dlq replay street.decode --code PICTURE_UNREADABLE --rate 10
  npm run -s topology -- dlq replay orders.price --where "customer = 'c7'" --from 2026-07-01T12:00Z
  npm run -s topology -- dlq replay orders.price --into orders.repair --limit 5`;

/** `dlq replay`: dead letters go back to the stage or tap that failed on them. */
export function replayCommand(): Command {
  return new Command('replay')
    .summary('bring dead letters back to the stage that failed')
    .description(
      'Writes dead letters back to the topic they came from, for the stage or tap that failed on them alone.',
    )
    .argument('<topic>', 'dead-letter topic, or <topology>.<stage>')
    .option('--where <expression>', 'only those for which this JSONata is true')
    .addOption(codeOption())
    .option('--from <time|offset>', 'only those that died at or after this ISO time, or from this offset on')
    .option('--to <time|offset>', 'only those that died before this ISO time, or before this offset')
    .addOption(countOption('--limit <n>', 'at most this many'))
    .addOption(countOption('--rate <n>', 'at most this many a second'))
    .addOption(countOption('--max-redrives <n>', 'skip what was replayed this often already').default(3))
    .option('--into <topic>', 'write to this topic, not the one they came from')
    .option('--again', 'also what was replayed before', false)
    .option('--dry-run', 'say what would be done, write nothing', false)
    .addHelpText('after', HELP)
    .action(async (name: string, options: ReplayOptions) => {
      const selection = selectionOf(options);
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      await replay(name, { ...options, selection, kafka: await connect('tapline-dlq'), signal: stop.signal });
      if (stop.signal.aborted) process.exit(INTERRUPTED);
    });
}

function codeOption(): Option {
  return new Option('--code <code>', 'only those with this error code; repeatable')
    .argParser((code: string, before: readonly string[]) => [...before, code])
    .default([] as readonly string[], 'any');
}

interface Request extends ReplayOptions {
  readonly selection: ReturnType<typeof selectionOf>;
  readonly kafka: Kafka;
  readonly signal: AbortSignal;
}

async function replay(name: string, { kafka, signal, ...options }: Request): Promise<void> {
  const admin = kafka.admin();
  const producer = kafka.producer();
  try {
    const topic = await deadLetterTopic(admin, name);
    const { into = null, limit = null, rate = null, maxRedrives, again, dryRun, selection } = options;
    if (into !== null) await admin.describeTopics([into]);
    const router = new Router({ admin, producer, part: partOf(topic.name), into, maxRedrives });
    const tally = new ReplayTally();
    const total = recordsIn(topic);
    const ticker = new Ticker((count) => `read ${count} of ${total} dead letters, ${tally.total} replayed`);
    const progress = await ReplayProgress.of(admin, topic);
    const choice = { selection, again, dryRun, limit, rate };
    const ports = { admin, producer, clock: systemClock, signal };
    await new ReplayRun({ ...choice, ...ports, topic, progress, router, tally, ticker }).run();
    for (const line of tally.lines(topic.name, dryRun)) say(line);
    await warnOfNobody(router, tally);
    if (signal.aborted) complain('stopped early; run the same command again to go on');
  } finally {
    await Promise.all([producer.close(), admin.close()]);
  }
}

async function warnOfNobody(router: Router, tally: ReplayTally): Promise<void> {
  for (const { group, topic } of tally.targets) {
    if (group === null || (await router.reads(group, topic))) continue;
    complain(`warning: group ${group} has committed nothing on ${topic}; if its stage was renamed, nobody takes these`);
  }
}

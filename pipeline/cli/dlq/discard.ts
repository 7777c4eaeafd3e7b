import { userInfo } from 'node:os';
import { Command } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import type { Kafka } from '../../kafka/index.ts';
import type { Admin, OffsetRange, TopicDescription } from '../../ports/admin.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { connect } from '../connect.ts';
import { parseLogPosition } from '../log-position.ts';
import { say } from '../terminal.ts';
import { deadLetterTopic } from './dead-letter-topic.ts';
import { noteOf, noteRecord } from './discard-note.ts';
import { ReplayProgress } from './replay-progress.ts';

interface DiscardOptions {
  readonly to?: string;
  readonly all: boolean;
  readonly reason?: string;
  readonly dryRun: boolean;
}

/** A stretch that goes, and what it holds. */
interface Doomed extends OffsetRange {
  readonly letters: number;
  readonly replayed: number;
}

/** `dlq discard`: deletes dead letters for good and keeps why. */
export function discardCommand(): Command {
  return new Command('discard')
    .summary('delete dead letters nobody needs')
    .description(
      'Deletes dead letters for good, the oldest up to a place; Kafka cannot delete single ones. ' +
        'A small record in the dead-letter topic keeps who did it, when, why and how many: dlq list shows it.',
    )
    .argument('<topic>', 'dead-letter topic, or <topology>.<stage>')
    .option('--to <offset|time>', 'those before this offset (partition@offset where there are several) or ISO time')
    .option('--all', 'all there are', false)
    .option('--reason <text>', 'why; is kept')
    .option('--dry-run', 'say what would be deleted, delete nothing', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  npm run -s topology -- dlq discard street.decode --to 40 --reason "camera was broken" --dry-run\n' +
        '  npm run -s topology -- dlq discard street.decode --all --reason "test data"',
    )
    .action(async (name: string, options: DiscardOptions) => {
      const { reason = '' } = options;
      if (options.all === (options.to !== undefined)) throw invalid('give either --to <offset> or --all');
      if (reason.trim() === '' && !options.dryRun)
        throw invalid('give --reason <text>: it is kept in place of what goes');
      await discard(await connect('tapline-dlq'), name, { ...options, reason });
    });
}

async function discard(
  kafka: Kafka,
  name: string,
  { to, reason, dryRun }: DiscardOptions & { readonly reason: string },
): Promise<void> {
  const admin = kafka.admin();
  try {
    const topic = await deadLetterTopic(admin, name);
    const ranges = await rangesOf(admin, topic, to);
    const progress = await ReplayProgress.of(admin, topic);
    const doomed = await Promise.all(ranges.map((range) => look(admin, range, progress)));
    const full = doomed.filter(({ letters }) => letters > 0);
    for (const { topic: of, partition, letters, replayed, to: end } of full) {
      const verb = dryRun ? 'would discard' : 'discarding';
      const why = reason === '' ? '' : `: ${reason}`;
      say(
        `${verb} ${letters} dead letters of ${of}-${partition} before offset ${end}, ${replayed} of them replayed${why}`,
      );
    }
    if (full.length === 0) say(`${topic.name} holds no dead letters there`);
    else if (!dryRun) await carryOut(kafka, admin, { doomed: full, reason });
  } finally {
    await admin.close();
  }
}

/** The note comes first: it says `before offset`, so a deletion that failed shows. */
async function carryOut(
  kafka: Kafka,
  admin: Admin,
  { doomed, reason }: { readonly doomed: readonly Doomed[]; readonly reason: string },
): Promise<void> {
  const producer = kafka.producer();
  const time = new Date(systemClock.nowMs()).toISOString();
  try {
    for (const { topic, partition, letters: count, to } of doomed) {
      const note = { count, to: String(to), reason, user: userName(), time };
      await producer.send([noteRecord(note, { topic, partition })]);
      await admin.deleteRecords({ topic, partition, offset: to });
      say(`discarded ${count} dead letters of ${topic}-${partition}`);
    }
  } finally {
    await producer.close();
  }
}

async function rangesOf(
  admin: Admin,
  topic: TopicDescription,
  to: string | undefined,
): Promise<readonly OffsetRange[]> {
  const { name, partitions } = topic;
  const position = to === undefined ? 'latest' : parseLogPosition(to, '--to');
  const places = typeof position === 'object' && 'offset' in position ? null : await admin.offsetsAt([name], position);
  return partitions.flatMap(({ partition, low, high }) => {
    if (typeof position === 'object' && 'offset' in position) {
      if (position.partition !== null && position.partition !== partition) return [];
      if (position.offset > high) throw beyond(`${name}-${partition}`, position.offset, high);
      return [{ topic: name, partition, from: low, to: position.offset }];
    }
    const place = places?.find((one) => one.partition === partition)?.offset ?? low;
    return [{ topic: name, partition, from: low, to: to === undefined ? high : place }];
  });
}

async function look(admin: Admin, range: OffsetRange, progress: ReplayProgress): Promise<Doomed> {
  let letters = 0;
  let replayed = 0;
  for await (const record of admin.readRange(range)) {
    if (noteOf(record)) continue;
    letters++;
    if (progress.has(record)) replayed++;
  }
  return { ...range, letters, replayed };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // in a container the user may have no name
  }
}

function invalid(sentence: string): UserError {
  return new UserError('ARGUMENT_INVALID', `dlq discard: ${sentence}`);
}

function beyond(place: string, offset: bigint, end: bigint): UserError {
  return invalid(`--to ${offset} is after the end of ${place}, which is ${end}; give at most that, or --all`);
}

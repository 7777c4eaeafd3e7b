import { Command, Option } from 'commander';
import { UserError } from '../errors/pipeline-error.ts';
import type { Admin, GroupOffset, GroupState, PartitionOffset } from '../ports/admin.ts';
import { connect } from './connect.ts';
import { forgetPositions } from './forget-positions.ts';
import { parseLogPosition, type LogPosition } from './log-position.ts';
import { placesOf } from './log-range.ts';
import { complain, say } from './terminal.ts';

interface ResetOptions {
  readonly to?: string;
  readonly forget: boolean;
  readonly topic: readonly string[];
  readonly dryRun: boolean;
}

/** Where a group begins now, and where it shall. */
interface Move extends PartitionOffset {
  readonly from: bigint | null;
  readonly low: bigint;
}

/** `reset`: moves the committed offsets of a stage or tap that is stopped, or forgets the positions of a source. */
export function resetCommand(): Command {
  return new Command('reset')
    .summary('make a stopped stage begin elsewhere, or a source as at first')
    .description(
      'Moves the committed offsets of a stage or tap that does not run: it begins there at its next start. ' +
        'A live tap begins at the end at every start, whatever is set. ' +
        'With --forget it forgets what a source has read; one that runs notices with its next record, and begins anew.',
    )
    .argument('<part>', '<topology>.<stage>, <topology>.<tap>, or <topology>.<source> with --forget')
    .option('--to <position>', 'earliest, latest, an ISO time, an offset, or partition@offset')
    .addOption(topicOption())
    .option('--forget', 'forget the positions of a source, such as file-tail', false)
    .option('--dry-run', 'show what would be set or forgotten, and leave it', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  npm run -s topology -- reset street.decode --to earliest --dry-run\n' +
        '  npm run -s topology -- reset street.decode --to 2026-07-01T12:00Z\n' +
        '  npm run -s topology -- reset street.decode --to 1@4200\n' +
        '  npm run -s topology -- reset shop.log --forget --dry-run',
    )
    .action(async (name: string, options: ResetOptions) => {
      if (options.forget === (options.to !== undefined)) throw nothingOrBoth();
      const position = options.to === undefined ? null : parseLogPosition(options.to, '--to');
      const kafka = await connect('tapline-reset');
      if (!position) return forgetPositions(kafka, name, options);
      const admin = kafka.admin();
      try {
        await reset(admin, name, { ...options, position });
      } finally {
        await admin.close();
      }
    });
}

function nothingOrBoth(): UserError {
  const sentence =
    'say either --to, where a stage or tap shall begin, or --forget, that a source shall begin as at its first start';
  return new UserError('ARGUMENT_INVALID', sentence);
}

function topicOption(): Option {
  return new Option('--topic <name>', 'only this topic; needed before the first run; repeatable')
    .argParser((topic: string, before: readonly string[]) => [...before, topic])
    .default([] as readonly string[], 'all it has read');
}

async function reset(
  admin: Admin,
  name: string,
  { position, topic: only, dryRun }: ResetOptions & { readonly position: LogPosition },
): Promise<void> {
  const { group, committed } = await theGroup(admin, name, only);
  const state = await admin.groupState(group);
  if (state.members.length > 0 && !dryRun) throw occupied(group, state);
  const topics = only.length > 0 ? only : [...new Set(committed.map(({ topic }) => topic))];
  const moves = await movesOf(admin, { topics, committed, position });
  if (moves.length === 0) throw new UserError('ARGUMENT_INVALID', `no topic of ${group} has the partition --to names`);
  for (const move of moves) say(lineOf(move));
  if (!dryRun) await admin.setOffsets(group, moves);
  say(dryRun ? `nothing is set (--dry-run)` : `group ${group} begins there at its next start`);
  if (dryRun && state.members.length > 0) complain(`warning: ${occupied(group, state).message}`);
}

/** The group of this name, or of the tap of this name. */
async function theGroup(
  admin: Admin,
  name: string,
  topics: readonly string[],
): Promise<{ readonly group: string; readonly committed: readonly GroupOffset[] }> {
  const tap = name.replace(/^([^.]+)\.([^.]+)$/, '$1.tap.$2');
  for (const group of new Set([name, tap])) {
    const committed = await admin.groupOffsets(group);
    if (committed.length > 0) return { group, committed };
  }
  if (topics.length > 0) return { group: name, committed: [] };
  throw new UserError(
    'ARGUMENT_INVALID',
    `no group ${name} has committed anything; check the name (<topology>.<stage>), or say what it reads with --topic`,
  );
}

interface Wanted {
  readonly topics: readonly string[];
  readonly committed: readonly GroupOffset[];
  readonly position: LogPosition;
}

async function movesOf(admin: Admin, { topics, committed, position }: Wanted): Promise<readonly Move[]> {
  const described = await admin.describeTopics(topics);
  const places = await placesOf(admin, described, position);
  return places.map(({ topic, partition, offset }) => {
    const { low = 0n, high = 0n } =
      described.find(({ name }) => name === topic)?.partitions.find((one) => one.partition === partition) ?? {};
    const from = committed.find((one) => one.topic === topic && one.partition === partition)?.offset ?? null;
    const within = offset < low ? low : offset > high ? high : offset;
    return { topic, partition, offset: within, from, low };
  });
}

function lineOf({ topic, partition, from, offset, low }: Move): string {
  const steps = offset - (from === null || from < low ? low : from);
  const effect = steps === 0n ? 'stays' : steps > 0n ? `skips ${steps} records` : `reads ${-steps} records again`;
  return `  ${topic}-${partition}  ${from ?? 'nothing committed'} -> ${offset}  ${effect}`;
}

function occupied(group: string, { members }: GroupState): UserError {
  const who = [...new Set(members.map(({ clientId, host }) => `${clientId} on ${host.replace(/^\//, '')}`))].join(', ');
  return new UserError(
    'ARGUMENT_INVALID',
    `group ${group} has ${members.length} ${members.length === 1 ? 'member' : 'members'} (${who}), which would overwrite what is set; ` +
      'stop the stage first (Ctrl-C of its up, or npm run topology:down); a worker that was killed counts for ten seconds more',
  );
}

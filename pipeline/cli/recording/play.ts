import { Command, Option } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import type { Kafka } from '../../kafka/index.ts';
import type { Admin } from '../../ports/admin.ts';
import { byTime } from '../../recording/by-time.ts';
import { Player } from '../../recording/player.ts';
import { Recording } from '../../recording/recording.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { connect } from '../connect.ts';
import { countOption } from '../count-option.ts';
import { createOwnTopic, retentionWarning, topicIfAny } from '../own-topic.ts';
import { INTERRUPTED, stopSignal } from '../stop-signal.ts';
import { complain, say } from '../terminal.ts';

const TOLD_EVERY_MS = 2_000;
/** Being late by less is a matter of the scheduler. */
const LATE_MS = 1_000;

interface PlayOptions {
  readonly into: string;
  readonly rate: number;
  readonly now: boolean;
  readonly limit?: number;
}

const HELP = `
Keys, values, headers and partitions stay as they were; timestamps too, unless --now. A topic that is not there is created
with as many partitions as were recorded, and kept until you delete it. To feed a topology that runs, give the topic its
source writes: its stages take the records for new ones. Frames keep their capture time, by which maxAge tells their age.

Examples:
  npm run -s topology -- play ./evening --into frames.played
  npm run -s topology -- play ./evening --into frames.captured --now --rate 2x
  npm run -s topology -- play ./orders-of-today --into orders.again --rate max`;

/** `play`: writes a recording to a topic, with its timing. */
export function playCommand(): Command {
  return new Command('play')
    .summary('write a recording to a topic, with its timing')
    .description('Writes the records of a recording to a topic, with the gaps they came in.')
    .argument('<folder>', 'folder that record made')
    .requiredOption('--into <topic>', 'topic to write to')
    .addOption(rateOption())
    .option('--now', 'stamp records with the time they are played at', false)
    .addOption(countOption('--limit <n>', 'at most this many records'))
    .addHelpText('after', HELP)
    .action(async (folder: string, options: PlayOptions) => {
      const recording = await Recording.open(folder);
      const signal = stopSignal();
      await play(await connect('tapline-play'), recording, { ...options, signal });
      process.exit(signal.aborted ? INTERRUPTED : 0);
    });
}

function rateOption(): Option {
  const option = new Option('--rate <rate>', 'how fast: 1x, 2x, 0.5x, or max').default(1, '1x');
  return option.argParser((text: string) => {
    if (text === 'max') return Infinity;
    const times = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
    if (times > 0) return times;
    throw new UserError('ARGUMENT_INVALID', `--rate ${text} is no rate; give one such as 1x, 2x, 0.5x, or max`);
  });
}

type Request = PlayOptions & { readonly signal: AbortSignal };

async function play(kafka: Kafka, recording: Recording, { into, rate, now, limit, signal }: Request): Promise<void> {
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  try {
    await prepareTopic(admin, recording, { into, now });
    const ports = { producer, clock: systemClock, signal };
    const player = new Player({ topic: into, speed: rate, stampNow: now, limit: limit ?? Infinity, ...ports });
    const ticker = setInterval(() => complain(`played ${player.written} records`), TOLD_EVERY_MS);
    await player.play(byTime(recording)).finally(() => clearInterval(ticker));
    say(`played ${player.written} records of ${recording.folder} into ${into}`);
    if (player.latestMs > LATE_MS)
      complain(
        `warning: some came up to ${(player.latestMs / 1000).toFixed(1)} s late; the broker did not keep up, or records are out of order`,
      );
    if (recording.tornBytes > 0)
      complain(`the recording was not ended in good order: ${recording.tornBytes} bytes of half a record are left out`);
  } finally {
    await Promise.all([producer.close(), admin.close()]);
  }
}

async function prepareTopic(
  admin: Admin,
  { manifest, partitions }: Recording,
  { into, now }: Pick<PlayOptions, 'into' | 'now'>,
): Promise<void> {
  const existing = await topicIfAny(admin, into);
  if (!existing) {
    await createOwnTopic(admin, {
      name: into,
      partitions: manifest.partitions,
      maxMessageBytes: manifest.maxMessageBytes,
    });
    say(`created ${into}; it is kept until you delete it (topics delete ${into})`);
    return;
  }
  const needed = Math.max(0, ...partitions) + 1;
  if (existing.partitions.length < needed)
    throw new UserError(
      'ARGUMENT_INVALID',
      `topic ${into} has ${existing.partitions.length} partitions, and the recording ${needed}; raise them, or give another topic`,
    );
  const warning = now ? null : retentionWarning(existing);
  if (warning !== null) complain(`${warning}; --now stamps them anew`);
}

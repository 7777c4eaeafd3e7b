import { Command, Option } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import type { Kafka } from '../../kafka/index.ts';
import type { OffsetRange, TopicDescription } from '../../ports/admin.ts';
import { RecordingWriter } from '../../recording/recording-writer.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { parseDurationMs } from '../../topology/duration.ts';
import { connect } from '../connect.ts';
import { countOption } from '../count-option.ts';
import { parseLogPosition } from '../log-position.ts';
import { rangesOf } from '../log-range.ts';
import { stopSignal } from '../stop-signal.ts';
import { complain, say } from '../terminal.ts';
import { recordRanges, type RecordPorts } from './record-ranges.ts';
import { megabytes } from './megabytes.ts';

const TOLD_EVERY_MS = 2_000;

interface RecordOptions {
  readonly out: string;
  readonly from: string;
  readonly to?: string;
  readonly limit?: number;
  readonly for?: number;
}

const HELP = `
Keeps key, value, headers, timestamp, partition and offset, byte for byte. It reads outside any group and slows nobody.
Without --to it goes on with what comes, until Ctrl-C, --for or --limit. A recording that was killed can be played all the
same: at most the last record is missing. docs/operating.md describes the files.

Examples:
  npm run -s topology -- record frames.captured --out ./evening --for 10m
  npm run -s topology -- record orders --out ./orders-of-today --from 2026-07-01T00:00Z --to latest
  npm run -s topology -- play ./evening --into frames.played`;

/** `record`: keeps the records of a topic in files. */
export function recordCommand(): Command {
  return new Command('record')
    .summary('keep the records of a topic in files')
    .description(
      'Keeps the records of a topic in a folder, to be played or replayed when the topic has long forgotten them.',
    )
    .argument('<topic>')
    .requiredOption('--out <folder>', 'folder for the recording; it is created')
    .option('--from <position>', 'earliest, latest, an ISO time, -15m, an offset, or partition@offset', 'latest')
    .option('--to <position>', 'end there, not go on with what comes; latest is the end as it is now')
    .addOption(countOption('--limit <n>', 'end after this many records'))
    .addOption(forOption())
    .addHelpText('after', HELP)
    .action(async (topic: string, options: RecordOptions) => {
      await record(await connect('tapline-record'), topic, { ...options, signal: stopSignal() });
      process.exit();
    });
}

function forOption(): Option {
  const option = new Option('--for <duration>', 'end after this time, such as 10m');
  return option.argParser((text: string) => {
    const ms = parseDurationMs(text);
    if (ms > 0) return ms;
    throw new UserError('ARGUMENT_INVALID', `--for ${text} is no duration; give one such as 90s, 10m or 2h`);
  });
}

type Kept = RecordOptions & { readonly ranges: readonly OffsetRange[] };
type Request = RecordOptions & { readonly signal: AbortSignal };

async function record(kafka: Kafka, topic: string, { signal, ...options }: Request): Promise<void> {
  const [admin, reader] = [kafka.admin(), kafka.partitionReader()];
  const end = options.for === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(options.for)]);
  end.addEventListener('abort', () => void reader.close());
  try {
    const described = await admin.describeTopics([topic]);
    const from = parseLogPosition(options.from, '--from');
    const to = parseLogPosition(options.to ?? 'latest', '--to');
    const ranges = await rangesOf(admin, described, { from, to });
    const writer = await begin(options.out, described[0]);
    tellBegin(topic, ranges, options);
    const lost = await keep({ reader, writer, clock: systemClock, signal: end }, { ...options, ranges });
    say(`recorded ${sumOf(writer)} of ${topic} in ${options.out}`);
    if (lost > 0n)
      complain(`warning: retention deleted ${lost} records before they were read; record a shorter time back`);
  } finally {
    await Promise.all([reader.close(), admin.close()]);
  }
}

async function keep(ports: RecordPorts, { ranges, to, limit = Infinity }: Kept): Promise<bigint> {
  const { writer } = ports;
  const ticker = setInterval(() => complain(sumOf(writer)), TOLD_EVERY_MS);
  try {
    const lost = await recordRanges(ports, { ranges, follows: to === undefined, limit });
    await writer.end(new Date().toISOString());
    return lost;
  } finally {
    clearInterval(ticker);
    await writer.close();
  }
}

function begin(folder: string, topic: TopicDescription | undefined): Promise<RecordingWriter> {
  return RecordingWriter.begin(folder, {
    topic: topic?.name ?? '',
    partitions: topic?.partitions.length ?? 1,
    maxMessageBytes: Number(topic?.config['max.message.bytes'] ?? 1024 * 1024),
    startedAt: new Date().toISOString(),
  });
}

function tellBegin(topic: string, ranges: readonly OffsetRange[], { to, out }: RecordOptions): void {
  const there = ranges.reduce((sum, range) => sum + Number(range.to - range.from), 0);
  complain(
    `recording ${topic} in ${out}: ${there} records that are there${to === undefined ? ', and what comes; Ctrl-C ends' : ''}`,
  );
}

function sumOf({ records, bytes }: RecordingWriter): string {
  return `${records} records (${megabytes(bytes)})`;
}

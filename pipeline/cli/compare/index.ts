import { Command, Option } from 'commander';
import { Comparison, type ComparisonResult, type PairBy } from '../../compare/comparison.ts';
import { UserError } from '../../errors/pipeline-error.ts';
import type { Admin } from '../../ports/admin.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import { connect } from '../connect.ts';
import { countOption } from '../count-option.ts';
import { parseLogPosition } from '../log-position.ts';
import { rangesOf, type Bounds } from '../log-range.ts';
import { jsonOption } from '../options.ts';
import { complain, say } from '../terminal.ts';
import { Ticker } from '../ticker.ts';
import { detectionCounts, differenceLines, summaryLines } from './difference-lines.ts';

const SHOWN = 20;

interface CompareOptions {
  readonly by: PairBy;
  readonly from: string;
  readonly to: string;
  readonly iou: number;
  readonly moved: number;
  readonly score: number;
  readonly ignore: readonly string[];
  readonly onlyPairs: boolean;
  readonly show: number;
  readonly json: boolean;
}

const HELP = `
Exit code 0: all are equal; 1: some differ; 2: the command was wrong.

Records are paired by the frame they are about, else by ce_id (which a replay does not change), else by key; several of
one name by their order. Of a frame its detections are compared, and then its picture and all of frame-meta but the way
it came (stages, dropped); of other records key, headers and value: JSON in depth, anything else byte by byte. Ids, times
and traces are not compared.

lost and added: a box without counterpart; moved: its counterpart overlaps it less than --moved; label, score: what it is
called, and how surely.

Examples:
  npm run -s topology -- compare frames.detected detected.again
  npm run -s topology -- compare frames.detected detected.again --from -15m --only-pairs --score 0.05
  npm run -s topology -- compare totals totals.again --ignore value.at --json`;

/** `compare`: which records of two topics differ, and in what. */
export function compareCommand(): Command {
  return new Command('compare')
    .summary('say in what the records of two topics differ')
    .description('Pairs the records of two topics and says which differ: of frames, which detections.')
    .argument('<before>', 'topic')
    .argument('<after>', 'topic')
    .addOption(
      new Option('--by <what>', 'pair records by this').choices(['auto', 'frame', 'ce_id', 'key']).default('auto'),
    )
    .option(
      '--from <position>',
      'of both topics: earliest, an ISO time, -15m, an offset, or partition@offset',
      'earliest',
    )
    .option('--to <position>', 'where to end, in both', 'latest')
    .addOption(shareOption('--iou <share>', 'boxes that overlap this much may be one object', 0.5))
    .addOption(shareOption('--moved <share>', 'a box that overlaps its counterpart less has moved', 0.99))
    .addOption(shareOption('--score <difference>', 'scores may differ by this much', 0.01))
    .addOption(ignoreOption())
    .option('--only-pairs', 'records without counterpart are no difference', false)
    .addOption(countOption('--show <n>', 'print at most so many of each kind', 0).default(SHOWN))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (before: string, after: string, options: CompareOptions) => {
      const bounds = { from: parseLogPosition(options.from, '--from'), to: parseLogPosition(options.to, '--to') };
      const admin = (await connect('tapline-compare')).admin();
      try {
        const result = await compare(admin, [before, after], { ...options, bounds });
        tell(result, [before, after], options);
        process.exitCode = isEqual(result, options) ? 0 : 1;
      } finally {
        await admin.close();
      }
    });
}

async function compare(
  admin: Admin,
  topics: readonly [string, string],
  { by, iou, moved, score, ignore, bounds }: CompareOptions & { readonly bounds: Bounds },
): Promise<ComparisonResult> {
  const rules = { sameObject: iou, samePlace: moved, scoreTolerance: score, ignore };
  const comparison = new Comparison(by, rules);
  const ticker = new Ticker((count) => `read ${count} records`);
  const [before, after] = topics;
  const described = await admin.describeTopics([...new Set(topics)]);
  const read = async (topic: string, add: (record: ConsumerRecord) => void): Promise<void> => {
    const ours = described.filter(({ name }) => name === topic);
    for (const range of await rangesOf(admin, ours, bounds)) {
      for await (const record of admin.readRange(range)) {
        add(record);
        ticker.tick();
      }
    }
  };
  await read(before, (record) => comparison.addBefore(record));
  await read(after, (record) => comparison.addAfter(record));
  return comparison.result();
}

function tell(result: ComparisonResult, topics: readonly [string, string], options: CompareOptions): void {
  if (options.json) {
    const { count, ...found } = result;
    say(JSON.stringify({ summary: { ...count, detections: detectionCounts(result) }, ...found }));
    return;
  }
  const shown = options.onlyPairs ? { ...result, onlyBefore: [], onlyAfter: [] } : result;
  for (const line of [...differenceLines(shown, topics, options.show), ...summaryLines(result, topics)]) say(line);
  if (result.count.pairs === 0) complain('no record of one topic belongs to one of the other; see --by in --help');
}

/** To have found no pair is no proof of anything. */
function isEqual({ count }: ComparisonResult, { onlyPairs }: CompareOptions): boolean {
  if (count.pairs === 0 || count.differing > 0) return false;
  return onlyPairs || count.onlyBefore + count.onlyAfter === 0;
}

function shareOption(flags: string, description: string, preset: number): Option {
  const option = new Option(flags, description).default(preset);
  return option.argParser((text: string) => {
    const share = Number(text);
    if (text.trim() !== '' && share >= 0 && share <= 1) return share;
    throw new UserError('ARGUMENT_INVALID', `${option.long} ${text} is no share; give a number from 0 to 1`);
  });
}

function ignoreOption(): Option {
  return new Option('--ignore <path>', 'may differ, such as value.at or headers.shop or meta.frame.ptsUs; repeatable')
    .argParser((path: string, before: readonly string[]) => [...before, path])
    .default([] as readonly string[], 'none');
}

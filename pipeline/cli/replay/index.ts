import { Command, Option } from 'commander';
import { connect } from '../connect.ts';
import { countOption } from '../count-option.ts';
import { parseLogPosition } from '../log-position.ts';
import { fileOption, setOption, topologyArgument, topologyRequest, type TopologyOptions } from '../options.ts';
import { readPlan } from '../read-plan.ts';
import { stopSignal } from '../stop-signal.ts';
import { replay, type ReplayRequest } from './replay.ts';
import { stageOf } from './stage-of.ts';

interface ReplayOptions extends TopologyOptions {
  readonly from: string;
  readonly to: string;
  readonly into: string;
  readonly limit?: number;
  readonly fromRecording: readonly string[];
  readonly append: boolean;
  readonly dryRun: boolean;
}

const HELP = `
The processor, its options, retries and dead letters are those of the file, as it is now. All outputs of the stage go to
--into, which is created with as many partitions as the stage's own output topic and is kept until you delete it; what
fails goes to <into>.dlq. Input is read outside any group: the stage that runs, its offsets, its state and its topics are
left alone. Ids of outputs are those of the live ones, so that compare finds the pairs.

Other than live: nothing is skipped for freshness (delivery: latest), state begins empty, and a record that kills its
worker ends the replay.

--limit takes one partition after the other. Ctrl-C writes what is finished and says how far it came.

Examples:
  npm run -s topology -- replay detect --from -15m --into detected.again
  npm run -s topology -- replay detect --from earliest --set stages.detect.with.minScore=0.3 --into detected.low
  npm run -s topology -- replay detect --from 2026-07-01T12:00Z --to 2026-07-01T12:05Z --into detected.noon
  npm run -s topology -- replay detect --from-recording ./accident --into detected.accident
  npm run -s topology -- compare frames.detected detected.again`;

/** `replay`: runs a stage as it is now over old records, beside the one that runs. */
export function replayCommand(): Command {
  return new Command('replay')
    .summary('run old records through a stage, into a topic of their own')
    .description('Runs records that are still there through a stage as the file says it now, beside the one that runs.')
    .argument('<stage>', 'name of the stage')
    .addArgument(topologyArgument())
    .requiredOption('--into <topic>', 'topic for what the stage makes of them')
    .option('--from <position>', 'earliest, an ISO time, -15m, an offset, or partition@offset', 'earliest')
    .option('--to <position>', 'where to end: the same, or latest, which is the end as it is now', 'latest')
    .addOption(countOption('--limit <n>', 'at most this many records'))
    .addOption(recordingOption())
    .option('--append', 'also into a topic that holds records', false)
    .option('--dry-run', 'say what would be done, run nothing', false)
    .addOption(fileOption())
    .addOption(setOption())
    .addHelpText('after', HELP)
    .action(async (name: string, file: string | undefined, options: ReplayOptions) => {
      const bounds = { from: parseLogPosition(options.from, '--from'), to: parseLogPosition(options.to, '--to') };
      const plan = await readPlan(topologyRequest(file, options));
      const request: ReplayRequest = { ...options, plan, stage: stageOf(plan, name), bounds };
      const kafka = await connect(`tapline-replay-${plan.name}`);
      process.exit(await replay(kafka, request, stopSignal()));
    });
}

function recordingOption(): Option {
  return new Option('--from-recording <folder>', 'read a recording, not the topic; one for each input topic')
    .argParser((folder: string, before: readonly string[]) => [...before, folder])
    .default([] as readonly string[], 'none');
}

import { Command, Option } from 'commander';
import { UserError } from '../errors/pipeline-error.ts';
import { runTopology } from './run-topology.ts';
import { fileOption, setOption, topologyArgument, topologyRequest, type TopologyOptions } from './options.ts';
import { readTold } from './read-plan.ts';

interface UpOptions extends TopologyOptions {
  readonly source?: string;
  readonly untilDone: boolean;
  readonly ui: boolean;
  readonly keepBroker: boolean;
  readonly logLevel: string;
  readonly metricsPort?: number;
  readonly watch: boolean;
  readonly memory: boolean;
}

/** `up`: lint, plan, find a broker, create topics, start every part, show what happens, stop cleanly. */
export function upCommand(): Command {
  return new Command('up')
    .summary('run a topology')
    .description(
      'Runs a topology: finds or starts a Kafka broker, creates the topics, starts every stage, source and tap.',
    )
    .addArgument(topologyArgument())
    .addOption(fileOption())
    .option('--source <file|webcam>', 'feed the one source from a video file, a picture folder or the webcam')
    .addOption(setOption())
    .option('--until-done', 'end when finite sources are read and everything is processed', false)
    .option('--watch', 'apply the file whenever it is saved, and print what that changed', false)
    .addOption(memoryOption())
    .option('--no-ui', 'plain lines instead of the live table')
    .option('--keep-broker', 'leave the broker running at the end', false)
    .addOption(
      new Option('--log-level <level>', 'what the log file gets')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option('--metrics-port <port>', 'port of /metrics and /status (default: 9464, or the next free one)', portNumber)
    .addHelpText(
      'after',
      `
Examples:
  npm run topology:up
  npm run topology:up -- --source street.mp4
  npm run topology:up -- -f topology.yaml -f prod.yaml --set stages.detect.replicas=2 --no-ui
  npm run topology:up -- --source street.mp4 --set sources.camera.with.pace=fast --until-done
  npm run topology:up -- --memory`,
    )
    .action(async (file: string | undefined, options: UpOptions) => {
      const request = topologyRequest(file, options);
      const { plan, files } = await readTold({ ...request, sourceShortcut: options.source });
      if (options.memory) {
        const { runInMemory } = await import('./run-in-memory.ts');
        process.exit(await runInMemory(plan, options));
      }
      const overrides = {
        overlays: [...(request.overlays ?? [])],
        set: [...options.set],
        source: options.source ?? null,
      };
      process.exitCode = await runTopology(plan, { ...options, overrides, files });
      process.exit();
    });
}

/** What needs a broker, or a run that others can see, goes without it. */
function memoryOption(): Option {
  return new Option('--memory', 'run in this process without a broker: nothing outside can subscribe, nothing is kept')
    .default(false, 'no')
    .conflicts(['watch', 'keepBroker', 'metricsPort']);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new UserError('ARGUMENT_INVALID', `--metrics-port ${text} is no port; give a number from 1 to 65535`);
}

import { Command } from 'commander';
import { version } from './version.ts';

/** All commands: each verb is a file beside this one, loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./init/index.ts')).initCommand(),
  new: async () => (await import('./new/index.ts')).newCommand(),
  up: async () => (await import('./up.ts')).upCommand(),
  down: async () => (await import('./down.ts')).downCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  plan: async () => (await import('./change/plan.ts')).planCommand(),
  apply: async () => (await import('./change/apply.ts')).applyCommand(),
  lint: async () => (await import('./lint.ts')).lintCommand(),
  doctor: async () => (await import('./doctor/index.ts')).doctorCommand(),
  describe: async () => (await import('./describe.ts')).describeCommand(),
  test: async () => (await import('./test/index.ts')).testCommand(),
  run: async () => (await import('./run/index.ts')).runCommand(),
  examples: async () => (await import('./examples/index.ts')).examplesCommand(),
  tap: async () => (await import('./tap.ts')).tapCommand(),
  worker: async () => (await import('./worker.ts')).workerCommand(),
  topics: async () => (await import('./topics.ts')).topicsCommand(),
  produce: async () => (await import('./produce.ts')).produceCommand(),
  consume: async () => (await import('./consume.ts')).consumeCommand(),
  dlq: async () => (await import('./dlq/index.ts')).dlqCommand(),
  replay: async () => (await import('./replay/index.ts')).replayCommand(),
  compare: async () => (await import('./compare/index.ts')).compareCommand(),
  record: async () => (await import('./recording/record.ts')).recordCommand(),
  play: async () => (await import('./recording/play.ts')).playCommand(),
  reset: async () => (await import('./reset.ts')).resetCommand(),
  state: async () => (await import('./state.ts')).stateCommand(),
  models: async () => (await import('./models.ts')).modelsCommand(),
  bench: async () => (await import('./bench.ts')).benchCommand(),
};

/**
 * The command line.
 * @param asked the verb that was typed: only its modules are loaded. Without it, or where it is no verb, all are, as help needs them.
 */
export async function createProgram(asked?: string): Promise<Command> {
  const program = new Command('tapline')
    .description('Streams records through small functions and Kafka topics, as one topology.yaml says.')
    .version(version())
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });

  for (const load of wanted(asked)) program.addCommand((await load()).copyInheritedSettings(program));
  return program;
}

function wanted(asked = ''): readonly (() => Promise<Command>)[] {
  if (asked === '--version' || asked === '-V') return [];
  const verb = Object.hasOwn(commands, asked) ? commands[asked] : undefined;
  return verb ? [verb] : Object.values(commands);
}

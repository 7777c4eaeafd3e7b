import { Command } from 'commander';
import { applyCommand } from './change/apply.ts';
import { benchCommand } from './bench.ts';
import { compareCommand } from './compare/index.ts';
import { consumeCommand } from './consume.ts';
import { describeCommand } from './describe.ts';
import { dlqCommand } from './dlq/index.ts';
import { doctorCommand } from './doctor/index.ts';
import { downCommand } from './down.ts';
import { examplesCommand } from './examples/index.ts';
import { initCommand } from './init/index.ts';
import { lintCommand } from './lint.ts';
import { modelsCommand } from './models.ts';
import { newCommand } from './new/index.ts';
import { planCommand } from './change/plan.ts';
import { playCommand } from './recording/play.ts';
import { produceCommand } from './produce.ts';
import { replayCommand } from './replay/index.ts';
import { recordCommand } from './recording/record.ts';
import { resetCommand } from './reset.ts';
import { runCommand } from './run/index.ts';
import { stateCommand } from './state.ts';
import { statusCommand } from './status.ts';
import { tapCommand } from './tap.ts';
import { testCommand } from './test/index.ts';
import { topicsCommand } from './topics.ts';
import { upCommand } from './up.ts';
import { version } from './version.ts';
import { workerCommand } from './worker.ts';

/** All commands: each verb is a file beside this one. */
export function createProgram(): Command {
  const program = new Command('tapline')
    .description('Streams records through small functions and Kafka topics, as one topology.yaml says.')
    .version(version())
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });

  for (const command of [
    initCommand(),
    newCommand(),
    upCommand(),
    downCommand(),
    statusCommand(),
    planCommand(),
    applyCommand(),
    lintCommand(),
    doctorCommand(),
    describeCommand(),
    testCommand(),
    runCommand(),
    examplesCommand(),
    tapCommand(),
    workerCommand(),
    topicsCommand(),
    produceCommand(),
    consumeCommand(),
    dlqCommand(),
    replayCommand(),
    compareCommand(),
    recordCommand(),
    playCommand(),
    resetCommand(),
    stateCommand(),
    modelsCommand(),
    benchCommand(),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { parse } from 'yaml';
import { PipelineError, UserError, messageOf } from '../../errors/pipeline-error.ts';
import type { Logger } from '../../ports/logger.ts';
import { planSecrets } from '../../runtime/order-secrets.ts';
import { redactor } from '../../secrets/redact.ts';
import { countOption } from '../count-option.ts';
import { hideInOutput } from '../hide-in-output.ts';
import { fileOption, setOption, topologyRequest, type TopologyOptions } from '../options.ts';
import { rerunOnChange } from '../rerun.ts';
import { complain, paint } from '../terminal.ts';
import { startEngine } from './engine.ts';
import { stdinLines, topicLines } from './input-lines.ts';
import { planOfProcessor, planOfStage, type RunPlan } from './run-plan.ts';
import { workOff } from './work-off.ts';

interface RunOptions extends TopologyOptions {
  readonly with?: string;
  readonly withFile?: string;
  readonly stage?: string;
  readonly tap?: string;
  readonly from: string;
  readonly limit: number;
  readonly watch: boolean;
}

/** `run`: one processor on records of standard input, or of a topic, without a topology that runs. */
export function runCommand(): Command {
  return new Command('run')
    .summary('run one processor on records of stdin')
    .description(
      'Runs one processor, built in or of yours, on standard input: a JSON record each line, as consume and tap --json print ' +
        'them. Prints what it returns, a JSON line each; errors go to standard error with the number of their line. State is kept in ' +
        'memory, nothing is written to a broker. Exit code 1 when a record failed, 2 when nothing could be run.',
    )
    .argument('[processor]', 'name of a built-in processor, or path of a .ts, .js or .mjs file')
    .option('--with <options>', 'its options, as JSON or YAML')
    .option('--with-file <file>', 'file that has its options, as JSON or YAML')
    .option('--stage <name>', 'in place of a processor: that of a stage of the topology file, with its options')
    .addOption(fileOption())
    .addOption(setOption())
    .option('--tap <topic>', 'take records of a live topic in place of standard input, outside of any group')
    .option('--from <position>', 'where in the topic: earliest, latest, an ISO time, or partition@offset', 'earliest')
    .addOption(countOption('--limit <n>', 'at most so many records of the topic').default(20))
    .option('--watch', 'run again, on the same records, when a file below the current folder changes', false)
    .addHelpText('after', EXAMPLES)
    .action(async (processor: string | undefined, options: RunOptions) => {
      refuseBoth(processor, options);
      if (options.watch) return watch(options);
      process.exitCode = await runOnce(await planFor(processor, options), linesOf(options));
      process.exit();
    });
}

const EXAMPLES = `
Binary values and keys are base64, as valueBase64 and keyBase64.

Examples:
  echo '{"key":"a","value":{"amount":7}}' | npx tapline run processors/big.ts --with '{ limit: 5 }'
  npx tapline run aggregate --with '{ compute: { n: count } }' < records.jsonl
  npx tapline run --stage totals --tap orders --limit 100
  npx tapline run processors/big.ts --watch < records.jsonl`;

async function runOnce(run: RunPlan, lines: AsyncIterable<string>): Promise<number> {
  hideInOutput(redactor(planSecrets(run.plan, process.env)));
  const engine = await startEngine(run, stderrLog);
  try {
    const { failed } = await workOff(lines, engine, run.files);
    return failed > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof PipelineError) return 1; // it is told already, with its line
    throw error;
  } finally {
    await engine.close();
  }
}

async function planFor(processor: string | undefined, options: RunOptions): Promise<RunPlan> {
  if (options.stage !== undefined) return planOfStage(topologyRequest(undefined, options), options.stage);
  return planOfProcessor(processor ?? '', await optionsIn(options));
}

/** The records are read once, and given to each run. */
async function watch(options: RunOptions): Promise<void> {
  const lines: string[] = [];
  for await (const line of linesOf(options)) lines.push(line);
  const args = withoutOptions(process.argv.slice(1), ['--watch'], ['--tap', '--from', '--limit']);
  await rerunOnChange({ args, what: 'a file', input: lines.map((line) => `${line}\n`).join('') });
}

function linesOf({ tap, from, limit }: RunOptions): AsyncIterable<string> {
  return tap === undefined ? stdinLines() : topicLines({ tap, from, limit });
}

function refuseBoth(processor: string | undefined, { stage, with: inline, withFile }: RunOptions): void {
  if ((processor === undefined) === (stage === undefined))
    throw new UserError('ARGUMENT_INVALID', 'name one thing to run: a processor, or --stage and a stage');
  if ([inline, withFile, stage].filter((given) => given !== undefined).length > 1)
    throw new UserError('ARGUMENT_INVALID', 'options come from one place: --with, --with-file or --stage');
}

async function optionsIn({ with: inline, withFile }: RunOptions): Promise<unknown> {
  if (inline === undefined && withFile === undefined) return {};
  const given = withFile === undefined ? '--with' : `--with-file ${withFile}`;
  try {
    return parse(inline ?? (await readFile(withFile ?? '', 'utf8'))) as unknown;
  } catch (error) {
    const [sentence = ''] = messageOf(error).split('\n');
    throw new UserError('ARGUMENT_INVALID', `${given} cannot be read: ${sentence.replace(/:$/, '')}; correct it`);
  }
}

function withoutOptions(
  args: readonly string[],
  flags: readonly string[],
  valued: readonly string[],
): readonly string[] {
  const isValued = (arg: string): boolean => valued.includes(arg);
  return args.filter(
    (arg, index) =>
      !flags.includes(arg) &&
      !isValued(arg) &&
      !valued.some((name) => arg.startsWith(`${name}=`)) &&
      !isValued(args[index - 1] ?? ''),
  );
}

const tellAs =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (_: object, message: string): void =>
    complain(paint('dim', `${level} ${message}`, process.stderr));
const stderrLog: Logger = {
  debug: () => undefined,
  info: tellAs('info'),
  warn: tellAs('warn'),
  error: tellAs('error'),
};

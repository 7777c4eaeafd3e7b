import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { UserError } from '../../errors/pipeline-error.ts';
import { junitXml } from '../../testing/files/junit.ts';
import { rerunOnChange } from '../rerun.ts';
import { complain, paint, say } from '../terminal.ts';
import { findTestFiles } from './find-test-files.ts';
import { runFiles } from './run-files.ts';

interface TestOptions {
  readonly name?: RegExp;
  readonly junit?: string;
  readonly watch: boolean;
}

/** `test`: runs `*.test.yaml` files, without a broker. */
export function testCommand(): Command {
  return new Command('test')
    .summary('run the tests of topologies, without a broker')
    .description(
      'Runs *.test.yaml files: all stages of a topology in one process, on a broker in memory and a clock that stands still. ' +
        'Exit code 1 when a test fails, 2 when a file cannot be run.',
    )
    .argument('[files...]', 'test files, folders or patterns (default: all *.test.yaml below the current folder)')
    .option('--name <pattern>', 'only tests whose name matches this regular expression', nameOption)
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--watch', 'run again when a file changes', false)
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology:test\n  npm run -s topology:test -- shop --name crash --watch',
    )
    .action(async (files: readonly string[], options: TestOptions) => {
      const args = process.argv.slice(1).filter((arg) => arg !== '--watch');
      if (options.watch) return rerunOnChange({ args, what: files.join(', ') || 'a file' });
      process.exitCode = await runOnce(files, options);
    });
}

async function runOnce(given: readonly string[], { name, junit }: TestOptions): Promise<number> {
  const files = await findTestFiles(given);
  const { results, broken } = await runFiles(files, { isWanted: (one) => name?.test(one) ?? true });
  if (junit !== undefined) await writeFile(junit, junitXml(results, broken));
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const passed = results.length - failed;
  const parts = [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  if (broken.length > 0) parts.push(`${broken.length} ${broken.length === 1 ? 'file' : 'files'} could not be run`);
  say(paint(failed + broken.length > 0 ? 'red' : 'green', parts.join(', ')));
  if (results.length === 0 && broken.length === 0) complain('no test has this name');
  if (broken.length > 0) return 2;
  return failed > 0 || results.length === 0 ? 1 : 0;
}

function nameOption(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'iu');
  } catch {
    throw new UserError('ARGUMENT_INVALID', `--name ${pattern} is no regular expression; correct it`);
  }
}

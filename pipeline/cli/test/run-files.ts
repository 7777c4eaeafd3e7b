import { UserError } from '../../errors/pipeline-error.ts';
import { planSecrets } from '../../runtime/order-secrets.ts';
import { redactor } from '../../secrets/redact.ts';
import type { BrokenTestFile } from '../../testing/files/junit.ts';
import { runTestFile, type TestResult } from '../../testing/files/run-test-file.ts';
import { hideInOutput } from '../hide-in-output.ts';
import { complain, paint, say } from '../terminal.ts';

/** What became of all files. */
export interface FilesRun {
  readonly results: readonly TestResult[];
  readonly broken: readonly BrokenTestFile[];
}

/** Runs test files one after the other and tells each test as it ends. */
export async function runFiles(
  files: readonly string[],
  { isWanted }: { readonly isWanted: (name: string) => boolean },
): Promise<FilesRun> {
  const results: TestResult[] = [];
  const broken: BrokenTestFile[] = [];
  for (const file of files) {
    try {
      await runTestFile(file, {
        onPlan: (plan, environment) => hideInOutput(redactor(planSecrets(plan, environment))),
        isWanted,
        onResult: (result) => {
          if (results.at(-1)?.file !== file) say(paint('bold', file));
          results.push(result);
          tell(result);
        },
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken.push({ file, message: error.message });
      complain(error.message);
    }
  }
  return { results, broken };
}

function tell({ name, ms, failures }: TestResult): void {
  const passed = failures.length === 0;
  say(`  ${passed ? paint('green', '✓') : paint('red', '✗')} ${name} ${paint('dim', `${Math.round(ms)} ms`)}`);
  for (const { file, line, column, message, details } of failures) {
    say(`    ${file}:${line}:${column} ${message}`);
    for (const detail of details) say(`      ${coloured(detail)}`);
  }
}

function coloured(detail: string): string {
  if (detail.startsWith('- ')) return paint('red', detail);
  return detail.startsWith('+ ') ? paint('green', detail) : detail;
}

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';
import { codeOf } from '../../task/dead-letter.ts';
import { exactRecordJson } from '../record-json.ts';
import { complain, paint, say } from '../terminal.ts';
import type { Engine, RunInput } from './engine.ts';
import { parseRecord } from './parse-record.ts';
import { stackPlace } from './stack-place.ts';

/**
 * Has a stage work off lines of input, one after the other: outputs go to standard output, errors to standard error
 * with the number of their line. Tells how many records failed.
 * @throws what makes the stage give up
 */
export async function workOff(
  lines: AsyncIterable<string>,
  engine: Engine,
  files: readonly string[],
): Promise<{ readonly failed: number }> {
  let [number, failed] = [0, 0];
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const input = inputIn(line, number);
    if (input === null) {
      failed++;
      continue;
    }
    const { outputs, failures } = await given(engine, input, number);
    for (const output of outputs) say(JSON.stringify(exactRecordJson(output)));
    for (const { code, message, headers } of failures) {
      failed++;
      tell(number, `${code} ${message}`);
      const place = stackPlace(headers['tapline.dlq.error-stack'] ?? '', files);
      if (place)
        complain(
          paint(
            'dim',
            `    ${relative('.', place.file)}:${place.line}:${place.column}  ${textAt(place)}`,
            process.stderr,
          ),
        );
    }
  }
  return { failed };
}

function inputIn(line: string, number: number): RunInput | null {
  try {
    return parseRecord(line);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tell(number, `${error.code} ${error.message}`);
    return null;
  }
}

/** What makes the stage give up has a line as well. */
async function given(engine: Engine, input: RunInput, number: number): ReturnType<Engine['give']> {
  try {
    return await engine.give(input);
  } catch (error) {
    tell(number, `${codeOf(error)} ${messageOf(error)}`);
    throw error;
  }
}

function tell(line: number, sentence: string): void {
  complain(`${paint('red', `line ${line}`, process.stderr)}: ${sentence}`);
}

function textAt({ file, line }: { readonly file: string; readonly line: number }): string {
  return readFileSync(file, 'utf8').split('\n')[line - 1]?.trim() ?? '';
}

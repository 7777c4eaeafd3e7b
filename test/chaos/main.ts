import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CELLS, cellsNamed, type Cell } from './cells.ts';
import { ChaosBroker } from './chaos-broker.ts';
import { explanation, resultTable } from './result-table.ts';
import { runCell, type CellResult } from './run-cell.ts';
import { kcatMissing } from './verify/kcat.ts';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly cell: readonly string[];
  readonly rounds: number;
  readonly main: string;
  readonly keepLogs: boolean;
}

const MINUTE_MS = 60_000;
/** Start, drain and verification of a cell, of its share of the minutes. */
const OVERHEAD_MS = 15_000;
const builtMain = join(import.meta.dirname, '../../dist/pipeline/cli/main.js');

await new Command('test:chaos')
  .description(
    'Kills, stops, adds and removes workers and brokers under load, and has kcat and a recomputation judge what came out.',
  )
  .option('--minutes <n>', 'time for all cells together; each has a fault at least', positive, 12)
  .option('--seed <n>', 'the same faults again', Number, Date.now() % 100_000)
  .option('--cell <name...>', 'only these cells, or all that begin so: exactly-once, red, at-least-once/sigkill', [])
  .option('--rounds <n>', 'faults in each cell at least', positive, 1)
  .option('--main <file>', 'the tapline to test', builtMain)
  .option('--keep-logs', 'keep the logs of all workers', false)
  .addHelpText(
    'after',
    `
Cells:
  ${CELLS.map(({ name }) => name).join('\n  ')}

Examples:
  npm run test:chaos
  npm run test:chaos -- --minutes 30 --seed 7
  npm run test:chaos -- --cell exactly-once/sigstop --minutes 5
  npm run test:chaos -- --cell red`,
  )
  .action(run)
  .parseAsync();

async function run(options: Options): Promise<void> {
  const missing = await kcatMissing();
  if (missing !== null) {
    print(`skipped: ${missing}`);
    return;
  }
  const cells = cellsNamed(options.cell);
  print(`seed ${options.seed}, ${cells.length} cells, ${options.minutes} min`);
  const broker = await ChaosBroker.start(await mkdtemp(join(tmpdir(), 'tapline-chaos-broker-')));
  const results: CellResult[] = [];
  const stop = stopOnSignal();
  try {
    const startedMs = performance.now();
    for (const [index, cell] of cells.entries()) {
      if (stop.aborted) break;
      const leftMs = options.minutes * MINUTE_MS - (performance.now() - startedMs);
      results.push(await one(cell, { broker, options, stop, shareMs: leftMs / (cells.length - index) }));
    }
  } finally {
    await broker.stop();
  }
  print(`\nseed ${options.seed}\n${resultTable(results)}`);
  process.exit(results.every(({ passed }) => passed) ? 0 : 1);
}

interface Share {
  readonly broker: ChaosBroker;
  readonly options: Options;
  readonly stop: AbortSignal;
  readonly shareMs: number;
}

async function one(cell: Cell, { broker, options, stop, shareMs }: Share): Promise<CellResult> {
  const { main, seed, rounds, keepLogs } = options;
  const budgetMs = shareMs - OVERHEAD_MS;
  const result = await runCell(cell, { broker, main, seed, rounds, budgetMs, say: print, signal: stop, keepLogs });
  print(resultTable([result]).split('\n').at(-1) ?? '');
  const explained = explanation(result);
  if (explained !== '') print(explained);
  return result;
}

/** What runs is ended after the fault under way; at once when asked again. */
function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      print(`${signal}: ending after the fault under way; once more ends at once`);
      stop.abort(new Error('interrupted'));
    });
  return stop.signal;
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('give a number above zero');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

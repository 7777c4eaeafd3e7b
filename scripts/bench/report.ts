import { paint } from '../../pipeline/cli/terminal.ts';
import type { LatencyFigures } from './latency.ts';
import type { LoopFigures } from './loop.ts';
import type { Machine } from './machine.ts';
import type { PassThroughFigures } from './small-records.ts';
import type { PipelineFigures } from './pipeline.ts';
import type { Round } from './rounds.ts';

/** Everything one run measured; what `--json` writes. */
export interface BenchReport {
  /** Frames a second of the pipeline divided by those of the loop with one worker. */
  readonly ratio: number;
  readonly loop: LoopFigures & { readonly fps2Workers: number };
  readonly loopOfTwo: LoopFigures;
  readonly pipeline: PipelineFigures;
  /** Frames travel at full size until `resize`. */
  readonly fullSize: Round;
  readonly latency: LatencyFigures;
  readonly passthrough: PassThroughFigures;
  readonly machine: Machine;
}

/** The report for people, ratio first. */
export function reportText(report: BenchReport): string {
  const { loop, loopOfTwo, pipeline, fullSize, latency, passthrough, machine } = report;
  return [
    `${paint('bold', `ratio ${report.ratio.toFixed(2)}`)} (five stages through Kafka / one plain loop, frames a second, sent on at 640 wide)`,
    '',
    table([
      ['', 'frames/s', 'ratio', 'CPU ms/frame', 'peak RSS MB'],
      ['loop, 1 worker', ...loopCells(loop)],
      ['loop, 2 workers', ...loopCells(loopOfTwo)],
      ['pipeline, 640 wide', ...pipelineCells(pipeline, report.ratio)],
      ['loop, 1 worker, full size', ...loopCells(fullSize.loop)],
      ['pipeline, full size', ...pipelineCells(fullSize.pipeline, fullSize.ratio)],
    ]),
    table([['process', 'CPU ms/frame', 'peak RSS MB'], ...pipeline.processes.map(processCells)]),
    table([
      ['processor alone', 'ms/frame'],
      ...Object.entries(loop.stageMs).map(([name, ms]) => [name, ms.toFixed(1)]),
    ]),
    table(latencyRows(latency)),
    `pass-through ${passthrough.recordsPerSecond} records/s (${passthrough.recordBytes} bytes, ${passthrough.partitions} partitions, one worker)`,
    '',
    machineLine(machine),
    '',
  ].join('\n');
}

/** What it was measured on, in one line. */
export function machineLine({ cores, cpu, memory, platform, node, loadAtStart }: Machine): string {
  return `${cores} x ${cpu}, ${memory} MB, ${platform}, Node ${node}, load at start ${loadAtStart}`;
}

export type Row = readonly string[];

function loopCells({ fps, cpuMsPerFrame, peakRssBytes }: LoopFigures): Row {
  return [fps.toFixed(1), '', cpuMsPerFrame.toFixed(1), megabytes(peakRssBytes)];
}

function pipelineCells({ fps, cpuMsPerFrame, processes }: PipelineFigures, ratio: number): Row {
  const rss = Math.max(...processes.map(({ peakRssBytes }) => peakRssBytes));
  return [fps.toFixed(1), ratio.toFixed(2), cpuMsPerFrame.toFixed(1), megabytes(rss)];
}

function processCells({ name, cpuMsPerFrame, peakRssBytes }: PipelineFigures['processes'][number]): Row {
  return [name, cpuMsPerFrame.toFixed(1), megabytes(peakRssBytes)];
}

function latencyRows({ offeredFps, stages, hops, frames, dropped, ...whole }: LatencyFigures): Row[] {
  const parts = { ...stages, ...hops, 'end to end': whole };
  return [
    [`at ${offeredFps} frames/s`, 'p50 ms', 'p95 ms', 'p99 ms'],
    ...Object.entries(parts).map(([name, { p50Ms, p95Ms, p99Ms }]) => [
      name,
      ...[p50Ms, p95Ms, p99Ms].map((value) => value.toFixed(1)),
    ]),
    [`(${frames} frames, ${dropped} dropped)`],
  ];
}

function megabytes(bytes: number): string {
  return String(Math.round(bytes / 1_048_576));
}

/** Rows with a heading, in columns. */
export function table(rows: readonly Row[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const [heading = '', ...body] = lines;
  return `${[paint('dim', heading), ...body].join('\n')}\n`;
}

import type { CellResult } from './run-cell.ts';

const HEAD = [
  'cell',
  'faults',
  'input',
  'output',
  'lost',
  'dupl.',
  'disord.',
  'wrong windows',
  'aborted',
  'open tx',
  'stalled s (median, most)',
  '',
];

/** One line for each cell, in the format of Markdown. */
export function resultTable(results: readonly CellResult[]): string {
  const rows = [HEAD, ...results.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 3));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (column === 0 ? '-' : ':')).join('|')}|`;
  const [head, ...body] = rows.map(line);
  return [head, rule, ...body].join('\n');
}

function rowOf(result: CellResult): string[] {
  const { cell, rounds, input, output, lost, duplicated, disordered, wrongWindows, aborted, open, stalledS } = result;
  const sorted = [...stalledS].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const stall = median === undefined ? '-' : `${median.toFixed(1)}, ${(sorted.at(-1) ?? 0).toFixed(1)}`;
  const figures = [rounds, input, output, lost, duplicated, disordered, wrongWindows, aborted, open].map(String);
  return [cell.name, ...figures, stall, verdictOf(result)];
}

function verdictOf({ cell, passed }: CellResult): string {
  if (cell.unsafe === null) return passed ? 'PASS' : 'FAIL';
  return passed ? 'PASS (red, as it must be)' : 'FAIL (the verifier saw nothing)';
}

/** What a person needs to know of a cell beside its line. */
export function explanation({ cell, faults, remarks, logs }: CellResult): string {
  const lines = [...faults.map((fault) => `  ${fault}`), ...remarks.map((remark) => `  (allowed) ${remark}`)];
  if (logs !== null) lines.push(`  logs of the workers: ${logs}`);
  return lines.length === 0 ? '' : [cell.name, ...lines].join('\n');
}

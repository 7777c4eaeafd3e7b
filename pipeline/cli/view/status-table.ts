import type { GroupStatus, PartStatus, TopologyStatus } from '../../runtime/status.ts';
import { paint } from '../terminal.ts';

const HEADINGS = [
  '',
  'in',
  'out',
  'rate/s',
  'p50 ms',
  'p99 ms',
  'age ms',
  'lag',
  'dead',
  'drops',
  'restarts',
  'MB',
] as const;

/** The live status as lines: one row a source, stage and tap. */
export function statusTable(status: Omit<TopologyStatus, 'metrics'>): string[] {
  const rows = [
    ...status.sources.map((part) => ({ kind: 'source', part, cells: cellsOf(part, null) })),
    ...status.stages.map((part) => ({ kind: 'stage', part, cells: cellsOf(part, part.lag) })),
    ...status.taps.map((part) => ({ kind: 'tap', part, cells: cellsOf(part, part.lag) })),
  ];
  const nameWidth = Math.max(...rows.map(({ part }) => part.name.length + 2));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .slice(1)
      .map((cell, index) => cell.padStart(widths[index + 1] ?? 0))
      .join('  ');
  return [
    paint('dim', `${' '.repeat(nameWidth)}  ${line(HEADINGS)}`),
    ...rows.map(({ part, cells }) => `${light(part)} ${part.name.padEnd(nameWidth - 2)}  ${line(cells)}`),
    ...rows.flatMap(({ kind, part }) => remarks(kind, part)),
  ];
}

function cellsOf(part: PartStatus, lag: GroupStatus['lag']): string[] {
  return [
    part.name,
    compact(part.recordsIn),
    compact(part.recordsOut),
    part.rate.toFixed(part.rate < 100 ? 1 : 0),
    decimal(part.processMs.p50),
    decimal(part.processMs.p99),
    decimal(part.ageMs.p50),
    lag === null ? '-' : compact(lag),
    compact(part.deadLetters),
    compact(part.dropped),
    String(part.restarts),
    (part.rssBytes / 2 ** 20).toFixed(0),
  ];
}

function light({ state }: PartStatus): string {
  if (state === 'running') return paint('green', '●');
  if (state === 'finished') return paint('dim', '✓');
  return state === 'failed' ? paint('red', '✗') : paint('yellow', '○');
}

function remarks(kind: string, part: PartStatus): string[] {
  const drops = Object.entries(part.dropReasons).map(([reason, n]) => `${reason} ${compact(n)}`);
  return [
    ...(part.failure ? [paint('red', `  ${kind} ${part.name}: ${part.failure}`)] : []),
    ...(drops.length > 0 ? [paint('dim', `  ${part.name} dropped for freshness: ${drops.join(', ')}`)] : []),
    ...(part.lost > 0 ? [paint('red', `  ${part.name} LOST ${compact(part.lost)} records to retention`)] : []),
  ];
}

function decimal(value: number | null): string {
  if (value === null) return '-';
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** 1234567 -> 1.23M */
export function compact(value: number): string {
  if (value < 10_000) return String(value);
  return value < 1e6 ? `${(value / 1e3).toFixed(1)}k` : `${(value / 1e6).toFixed(2)}M`;
}

import type { Machine } from '../bench/machine.ts';
import { machineLine } from '../bench/report.ts';
import { escapeHtml } from '../../pipeline/escape-html.ts';
import { chart } from './chart.ts';
import { KINDS, type Judged } from './judge-flat.ts';

/** What a report is made of. */
export interface FlatReport {
  readonly judged: readonly Judged[];
  readonly minutes: number;
  readonly frames: number;
  readonly machine: Machine;
}

/** Memory of a process that has just begun grows whether it leaks or not. */
const SHORT_MINUTES = 15;

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #1c2024; --soft: #5b6570; --rule: #d8dde3; --shade: #f0f2f5;
  --line: #1f6feb; --trend: #b3541e; --pass: #1a7f37; --fail: #cf222e; --skipped: #5b6570; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --ink: #e6e9ed; --soft: #98a2ad; --rule: #343a41;
  --shade: #1f2429; --line: #6cb0ff; --trend: #f0a35e; --pass: #56d364; --fail: #ff7b72; --skipped: #98a2ad; } }
body { font: 15px/1.5 system-ui, sans-serif; background: var(--page); color: var(--ink); max-width: 1080px;
  margin: 0 auto; padding: 24px; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 32px 0 8px; }
p { color: var(--soft); margin: 0 0 4px; max-width: 80ch; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 20px 24px; }
figure { margin: 0; } figcaption { display: flex; justify-content: space-between; gap: 8px; font-size: 13px; }
figcaption span { color: var(--soft); font-variant-numeric: tabular-nums; }
svg { width: 100%; display: block; } text { font: 9px system-ui, sans-serif; fill: var(--soft); }
.warm-up { fill: var(--shade); } .grid { stroke: var(--rule); stroke-width: 0.5; }
.line { fill: none; stroke: var(--line); stroke-width: 1.25; stroke-linejoin: round; }
.trend { stroke: var(--trend); stroke-width: 1.5; stroke-dasharray: 5 3; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .skipped { color: var(--skipped); }
`;

/** The report as one HTML page that needs nothing else. */
export function flatPage({ judged, minutes, frames, machine }: FlatReport): string {
  const grown = judged.filter(({ check }) => check.verdict === 'fail');
  const verdict = grown.length === 0 ? 'flat' : `${grown.length} of ${judged.length} figures grow`;
  const kinds = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => ofKind(judged, kind).length > 0);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Soak: ${verdict}</title><style>${STYLE}</style></head><body>
<h1>Soak of ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}: <span class="${grown.length === 0 ? 'pass' : 'fail'}">${verdict}</span></h1>
<p>${frames} frames came through the five stages and were counted exactly once, with state on disk. ${escapeHtml(machineLine(machine))}.</p>
<p>Every axis begins at zero. The shaded third is warm-up; dashed is the trend of the rest (median of all slopes), and
what it rises by is what is judged, unless it ends below what the warm-up had reached.${minutes < SHORT_MINUTES ? ` In less than ${SHORT_MINUTES} minutes heaps are still settling: run for longer before you believe in a leak.` : ''}</p>
${kinds.map((kind) => section(kind, ofKind(judged, kind))).join('\n')}
</body></html>
`;
}

function section(kind: keyof typeof KINDS, panels: readonly Judged[]): string {
  const { what, unit } = KINDS[kind];
  return `<h2>${what}${unit === '' ? '' : `, ${unit}`}</h2><div class="panels">${panels.map(panel).join('\n')}</div>`;
}

function panel(judged: Judged): string {
  const { series, check } = judged;
  const told = check.verdict === 'skipped' ? 'not judged' : escapeHtml(check.measured);
  const mark = `<b class="${check.verdict}">${check.verdict === 'pass' ? 'flat' : check.verdict === 'fail' ? 'grows' : '–'}</b>`;
  return `<figure><figcaption><b>${escapeHtml(series.name)}</b><span>${told} ${mark}</span></figcaption>${chart(judged)}</figure>`;
}

function ofKind(judged: readonly Judged[], kind: keyof typeof KINDS): readonly Judged[] {
  return judged.filter(({ series }) => series.kind === kind);
}

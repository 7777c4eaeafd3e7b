import { escapeHtml } from '../../pipeline/escape-html.ts';
import { readable, type Judged } from './judge-flat.ts';
import { WARM_UP, type Point, type Trend } from './series.ts';

const WIDTH = 300;
const HEIGHT = 96;
const PLOT = { left: 34, right: 6, top: 8, bottom: 18 } as const;
/** Head room above the highest value. */
const ROOM = 1.15;
const MINUTE_S = 60;
const HOUR_S = 3600;

interface Scale {
  readonly x: (atS: number) => number;
  readonly y: (value: number) => number;
  readonly endS: number;
  readonly top: number;
}

/** A small line chart from zero: the samples, the warm-up shaded, the trend dashed. Colours come from the page. */
export function chart({ series, trend, check }: Judged): string {
  const scale = scaleOf(series.points);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${check.what}: ${check.measured}`)}">`,
    warmUp(scale),
    axis(scale),
    `<polyline class="line" points="${series.points.map(({ atS, value }) => `${at(scale.x(atS))},${at(scale.y(value))}`).join(' ')}"/>`,
    trend ? trendLine(trend, scale) : '',
    '</svg>',
  ].join('\n');
}

function scaleOf(points: readonly Point[]): Scale {
  const endS = points.at(-1)?.atS ?? 1;
  const top = Math.max(1, ...points.map(({ value }) => value)) * ROOM;
  const width = WIDTH - PLOT.left - PLOT.right;
  const height = HEIGHT - PLOT.top - PLOT.bottom;
  return {
    x: (atS) => PLOT.left + (atS / endS) * width,
    y: (value) => PLOT.top + height - (value / top) * height,
    endS,
    top,
  };
}

function warmUp({ x, endS }: Scale): string {
  const width = x(endS * WARM_UP) - x(0);
  return `<rect class="warm-up" x="${at(x(0))}" y="${PLOT.top}" width="${at(width)}" height="${HEIGHT - PLOT.top - PLOT.bottom}"/>`;
}

function axis({ x, y, endS, top }: Scale): string {
  const highest = top / ROOM;
  const levels = [0, highest / 2, highest].map(
    (value) =>
      `<line class="grid" x1="${at(x(0))}" x2="${at(x(endS))}" y1="${at(y(value))}" y2="${at(y(value))}"/>` +
      `<text x="${PLOT.left - 4}" y="${at(y(value) + 3)}" text-anchor="end">${readable(value < 20 ? value : Math.round(value))}</text>`,
  );
  const times = [
    `<text x="${at(x(0))}" y="${HEIGHT - 5}">0</text>`,
    `<text x="${at(x(endS))}" y="${HEIGHT - 5}" text-anchor="end">${duration(endS)}</text>`,
  ];
  return [...levels, ...times].join('');
}

function trendLine({ fromS, toS, median, growth }: Trend, { x, y }: Scale): string {
  const [start, end] = [median - growth / 2, median + growth / 2].map((value) => y(Math.max(0, value)));
  return `<line class="trend" x1="${at(x(fromS))}" y1="${at(start ?? 0)}" x2="${at(x(toS))}" y2="${at(end ?? 0)}"/>`;
}

function duration(seconds: number): string {
  if (seconds < 2 * MINUTE_S) return `${seconds.toFixed(0)} s`;
  if (seconds < 3 * HOUR_S) return `${(seconds / MINUTE_S).toFixed(0)} min`;
  return `${(seconds / HOUR_S).toFixed(1)} h`;
}

function at(value: number): string {
  return value.toFixed(1);
}

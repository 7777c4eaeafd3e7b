import { expect, test } from 'vitest';
import { flatPage } from '../../scripts/soak/flat-page.ts';
import { judgeFlat } from '../../scripts/soak/judge-flat.ts';
import { trendOf, type Series } from '../../scripts/soak/series.ts';

const SAMPLES = 300;

/** A sample a second; `at` gives the value of each. */
function series(kind: Series['kind'], at: (second: number) => number, name = 'resize-0'): Series {
  return { name, kind, points: Array.from({ length: SAMPLES }, (_, atS) => ({ atS, value: at(atS) })) };
}

/** Between -1 and 1, the same in every run. */
function noise(second: number): number {
  return Math.sin(second * 12.9898) * Math.cos(second * 78.233);
}

function verdictOf(of: Series): string {
  return judgeFlat([of], new Set())[0]!.check.verdict;
}

test('the trend is of the last two thirds, and a few wild samples do not move it', () => {
  const trend = trendOf(series('memory', (s) => (s < 99 ? s * 3 : 200 + (s - 99) / 20) + (s % 40 === 0 ? 500 : 0)));

  expect(trend).toMatchObject({ fromS: 100, toS: 299 });
  expect(trend!.growth).toBeCloseTo(10, 0);
  expect(trend!.median).toBeCloseTo(205, 0);
});

test('memory that goes up and down is flat, also after a steep start; memory that leaks slowly is not', () => {
  expect(verdictOf(series('memory', (s) => Math.min(200, 50 + s * 2) + 15 * noise(s)))).toBe('pass');
  expect(verdictOf(series('memory', (s) => 200 + 15 * noise(s) + s / 10))).toBe('fail');
  expect(verdictOf(series('memory', (s) => 200 - s / 10))).toBe('pass');
  expect(verdictOf(series('memory', (s) => (s < 100 ? 240 : 200 + s / 10))), 'below its warm-up').toBe('pass');
});

test('a file that is left open every minute, a timer every half minute and a lag that never ends are no flat lines', () => {
  expect(verdictOf(series('files', (s) => 26 + Math.floor(s / 60)))).toBe('fail');
  expect(verdictOf(series('files', (s) => 26 + Math.round(noise(s))))).toBe('pass');
  expect(verdictOf(series('resources', (s) => 14 + Math.floor(s / 30)))).toBe('fail');
  expect(verdictOf(series('lag', (s) => s))).toBe('fail');
  expect(verdictOf(series('lag', (s) => (s % 50 === 0 ? 100 : 0)))).toBe('pass');
});

test('a run too short to tell is no pass', () => {
  const short = { ...series('memory', () => 100), points: [{ atS: 0, value: 100 }] };

  const [judged] = judgeFlat([short], new Set());

  expect(judged!.check).toMatchObject({ verdict: 'fail', measured: 'too few samples; run for longer' });
});

test('what is shown only is skipped, however it grows', () => {
  const [judged] = judgeFlat([series('memory', (s) => s, 'broker')], new Set(['broker']));

  expect(judged!.check.verdict).toBe('skipped');
});

test('the page has a plot for every series, the verdict of each, and asks nobody for anything', () => {
  const judged = judgeFlat(
    [series('memory', () => 100), series('files', (s) => s, '<script>'), series('memory', (s) => s, 'broker')],
    new Set(['broker']),
  );
  const machine = { cpu: 'a & b', cores: 2, memory: 1, platform: 'linux', node: 'v20', loadAtStart: 0, broker: '' };

  const page = flatPage({ judged, minutes: 5, frames: 3000, machine });

  expect(page.match(/<svg /g)).toHaveLength(3);
  expect(page).toContain('<title>Soak: 1 of 3 figures grow</title>');
  expect(page).toContain('&lt;script&gt;');
  expect(page).toContain('a &amp; b');
  expect(page).not.toMatch(/<script|https?:|url\(/);
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).not.toMatch(/NaN|undefined/);
});

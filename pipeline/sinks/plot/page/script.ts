import { liveScript } from '../../../web/page/live-script.ts';
import { drawing } from './drawing.ts';

/** What runs in the browser: it keeps the points that /events tells, and draws them. */
export const script = String.raw`${liveScript}${drawing}
const REPAINT_MS = 1000, LEAST_MS = 30000, SPANS_MIN = [1, 5, 15, 60, 360, 1440];
const known = new Map(); // lines by name
const rows = new Map(); // their elements
const hidden = new Set();
let about = { thresholds: {}, unit: '', span: 900000, silentAfter: null, keep: 3600 };
let aheadMs = 0, spanMs = null, pointedMs = null, scale = null, isDue = false;

function take(told) {
  if (told.isAll) known.clear();
  about = told;
  aheadMs = told.nowMs - Date.now();
  for (const name of known.keys()) if (!told.names.includes(name)) known.delete(name);
  for (const { name, late, points } of told.lines) {
    const line = known.get(name) ?? { name, points: [] };
    line.late = late;
    for (const point of points) insert(line.points, point);
    line.points.splice(0, line.points.length - told.keep);
    line.silentMs = told.silentAfter ?? usualSilence(line.points);
    known.set(name, line);
  }
  [...known.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).forEach((name, place) => { known.get(name).place = place; });
  notice(told.problem);
  showSpans();
  soon();
}

function insert(points, point) {
  let place = points.length;
  while (place > 0 && points[place - 1][0] >= point[0]) place--;
  points.splice(place, points[place]?.[0] === point[0] ? 1 : 0, point);
}

/** Five times the interval in the middle of all; a second at least. */
function usualSilence(points) {
  const lately = points.slice(-200);
  const intervals = lately.slice(1).map(([ms], index) => ms - lately[index][0]).sort((a, b) => a - b);
  return intervals.length < 3 ? Infinity : Math.max(1000, 5 * intervals[intervals.length >> 1]);
}

/** Up to now, or to the youngest value where all are from long ago. */
function rangeOf(lines) {
  const newest = Math.max(...lines.map(({ points }) => points.at(-1)?.[0] ?? -Infinity));
  const oldest = Math.min(...lines.map(({ points }) => points[0]?.[0] ?? Infinity));
  const nowMs = Date.now() + aheadMs;
  const wanted = spanMs ?? about.span;
  const toMs = !Number.isFinite(newest) || nowMs - newest < Math.min(wanted, 3600000) ? Math.max(nowMs, newest) : newest;
  return { fromMs: Math.max(toMs - wanted, Math.min(oldest, toMs - LEAST_MS)), toMs };
}

function soon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(paint);
}

function paint() {
  isDue = false;
  const lines = [...known.values()].sort((a, b) => a.place - b.place);
  const range = rangeOf(lines);
  for (const line of lines) {
    line.quietMs = range.toMs - (line.points.at(-1)?.[0] ?? range.toMs);
    line.isSilent = line.quietMs > line.silentMs;
  }
  const shown = lines.filter(({ name }) => !hidden.has(name));
  scale = draw(shown, range);
  showTip(shown);
  showRows(lines);
  at('empty').hidden = lines.length > 0;
  const silent = lines.filter(({ isSilent }) => isSilent).length;
  text('summary', lines.length === 0 ? ' ' : lines.length + (lines.length === 1 ? ' line' : ' lines') + (silent > 0 ? ', ' + silent + ' silent' : ''));
}

function showRows(lines) {
  for (const [name, row] of rows) if (!known.has(name)) { row.remove(); rows.delete(name); }
  for (const [index, line] of lines.entries()) {
    const row = rows.get(line.name) ?? newRow(line.name);
    if (at('lines').children[index] !== row) at('lines').insertBefore(row, at('lines').children[index] ?? null);
    const last = line.points.at(-1);
    const late = line.late > 0 ? ' · ' + line.late + ' late' : '';
    const ago = line.quietMs < 1500 ? 'just now' : duration(line.quietMs) + ' ago';
    row.className = line.isSilent ? 'silent' : '';
    row.firstChild.setAttribute('aria-pressed', String(!hidden.has(line.name)));
    paintSwatch(row.querySelector('.swatch'), line);
    text(row.querySelector('.about'), (line.isSilent ? 'silent for ' + duration(line.quietMs) : ago) + late);
    text(row.querySelector('.value'), last ? withUnit(last[1]) : '–');
  }
}

function newRow(name) {
  const row = make('li'), button = make('button'), words = make('span', 'words');
  button.type = 'button';
  words.append(make('span', 'name', name || 'without a key'), make('span', 'about'));
  button.append(make('span', 'swatch'), words, make('span', 'value'));
  button.addEventListener('click', () => {
    if (!hidden.delete(name)) hidden.add(name);
    soon();
  });
  row.append(button);
  rows.set(name, row);
  return row;
}

function paintSwatch(swatch, { place }) {
  swatch.className = 'swatch ' + ['', 'dashed', 'dotted'][Math.floor(place / 8) % 3];
  swatch.style.setProperty('--colour', 'var(--line-' + (place % 8) + ')');
}

/** What the lines are at the time that is pointed at. */
function showTip(shown) {
  const tip = at('tip');
  const found = pointedMs === null ? [] : shown.flatMap((line) => {
    const point = nearest(line);
    return point ? [{ line, point }] : [];
  });
  tip.hidden = found.length === 0;
  if (tip.hidden) return;
  drawCursor(scale, pointedMs);
  tip.replaceChildren(make('p', '', clockTime(pointedMs)), ...found.map(({ line, point }) => {
    const row = make('div'), swatch = make('span', 'swatch');
    paintSwatch(swatch, line);
    row.append(swatch, make('span', '', line.name), make('b', '', withUnit(point[1]) + (point[2] ? ' (late)' : '')));
    return row;
  }));
  const left = scale.x(pointedMs);
  const isRight = left + tip.offsetWidth + 24 > scale.box.width;
  tip.style.left = Math.max(4, isRight ? left - tip.offsetWidth - 12 : left + 12) + 'px';
}

function nearest({ points, silentMs }) {
  const reachMs = Math.max(Math.min(silentMs, 60000), (scale.toMs - scale.fromMs) / 100);
  let best = null;
  for (const point of points) {
    const away = Math.abs(point[0] - pointedMs);
    if (away <= reachMs && (!best || away < Math.abs(best[0] - pointedMs))) best = point;
  }
  return best;
}

function showSpans() {
  const select = at('span');
  if (select.options.length > 0) return;
  const spans = [...new Set([...SPANS_MIN.map((minutes) => minutes * 60000), about.span])].sort((a, b) => a - b);
  const words = (ms) => 'the last ' + duration(ms).replace(/ 0 (s|min)$/, '');
  select.replaceChildren(...spans.map((ms) => new Option(words(ms), String(ms))), new Option('all that is kept', 'Infinity'));
  select.value = String(about.span);
}

const withUnit = (value) => number(value) + (about.unit ? ' ' + about.unit : '');

function point(x) {
  const { area } = scale ?? {};
  pointedMs = area && x >= area.left - 10 && x <= area.right + 10 ? scale.timeAt(Math.min(area.right, Math.max(area.left, x))) : null;
  soon();
}

for (const name of ['pointermove', 'pointerdown'])
  at('plot').addEventListener(name, ({ clientX }) => point(clientX - at('plot').getBoundingClientRect().left));
at('plot').addEventListener('pointerleave', ({ pointerType }) => { if (pointerType === 'mouse') { pointedMs = null; soon(); } });
at('plot').addEventListener('keydown', ({ key }) => {
  const step = { ArrowLeft: -6, ArrowRight: 6 }[key];
  if (step === undefined || !scale) return;
  point((pointedMs === null ? scale.area.right : scale.x(pointedMs)) + step);
});
addEventListener('pointerdown', ({ target }) => { if (target !== at('plot')) { pointedMs = null; soon(); } });
at('span').addEventListener('change', () => { spanMs = Number(at('span').value); soon(); });
addEventListener('resize', soon);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', soon);
setInterval(soon, REPAINT_MS); // now goes on
connect(take);
`;

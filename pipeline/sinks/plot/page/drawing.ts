/** Draws the plot on its canvas, in the colours of the page. */
export const drawing = String.raw`
const DASHES = [[], [7, 4], [2, 3]];
const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000];
const colour = (name) => getComputedStyle(root).getPropertyValue('--' + name).trim();

/** Where times and values are on the canvas. */
function scaleOf(shown, { fromMs, toMs }) {
  const box = at('plot').getBoundingClientRect();
  const named = box.width > 700 && shown.length <= 8;
  const area = { left: 52, right: box.width - (named ? 104 : 14), top: 14, bottom: box.height - 30 };
  const values = shown.flatMap(({ points }) => points.filter(([ms]) => ms >= fromMs && ms <= toMs).map(([, value]) => value));
  const all = [...values, ...Object.values(about.thresholds)];
  let low = all.length > 0 ? all.reduce((a, b) => Math.min(a, b)) : 0;
  let high = all.length > 0 ? all.reduce((a, b) => Math.max(a, b)) : 1;
  const margin = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
  low -= margin;
  high += margin;
  return {
    box, area, named, low, high, fromMs, toMs,
    x: (ms) => area.left + ((ms - fromMs) / (toMs - fromMs)) * (area.right - area.left),
    y: (value) => area.bottom - ((value - low) / (high - low)) * (area.bottom - area.top),
    timeAt: (x) => fromMs + ((x - area.left) / (area.right - area.left)) * (toMs - fromMs),
  };
}

function draw(shown, range) {
  const canvas = at('plot');
  const scale = scaleOf(shown, range);
  const { box, area } = scale;
  const density = devicePixelRatio || 1;
  const [width, height] = [Math.round(box.width * density), Math.round(box.height * density)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext('2d');
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  pen.font = '12px ' + getComputedStyle(document.body).fontFamily;
  pen.lineJoin = 'round';
  drawGrid(pen, scale);
  drawThresholds(pen, scale);
  pen.save();
  pen.beginPath();
  pen.rect(area.left, 0, area.right - area.left + 6, box.height);
  pen.clip();
  for (const line of shown) drawLine(pen, line, scale);
  pen.restore();
  if (scale.named) drawNames(pen, shown, scale);
  return scale;
}

function drawGrid(pen, { area, low, high, fromMs, toMs, x, y }) {
  const rough = (high - low) / Math.max(2, (area.bottom - area.top) / 56);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  pen.fillStyle = colour('muted');
  pen.strokeStyle = colour('edge');
  pen.lineWidth = 1;
  pen.textAlign = 'right';
  pen.textBaseline = 'middle';
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    level(pen, y(value), area);
    pen.fillText(number(Math.abs(value) < step / 1e6 ? 0 : value), area.left - 8, y(value));
  }
  const seconds = (toMs - fromMs) / 1000 / Math.max(2, (area.right - area.left) / 96);
  const stepMs = 1000 * (TIME_STEPS_S.find((one) => one >= seconds) ?? TIME_STEPS_S.at(-1));
  const offsetMs = new Date(toMs).getTimezoneOffset() * 60000;
  pen.textAlign = 'center';
  pen.textBaseline = 'top';
  for (let ms = Math.ceil((fromMs - offsetMs) / stepMs) * stepMs + offsetMs; ms <= toMs; ms += stepMs) {
    if (x(ms) < area.left + 20 && x(ms) > area.left) continue;
    const words = stepMs >= 86400000 ? new Date(ms).toLocaleDateString([], { day: 'numeric', month: 'short' }) : clockTime(ms);
    pen.fillText(stepMs >= 60000 ? words.replace(/:\d\d$/, '') : words, x(ms), area.bottom + 9);
  }
}

function level(pen, y, area) {
  pen.beginPath();
  pen.moveTo(area.left, Math.round(y) + 0.5);
  pen.lineTo(area.right, Math.round(y) + 0.5);
  pen.stroke();
}

function drawThresholds(pen, { area, y }) {
  pen.setLineDash([3, 4]);
  pen.strokeStyle = pen.fillStyle = colour('bad');
  pen.lineWidth = 1.5;
  pen.textAlign = 'left';
  pen.textBaseline = 'bottom';
  for (const [name, value] of Object.entries(about.thresholds)) {
    level(pen, y(value), area);
    pen.fillText(name + ' ' + number(value), area.left + 6, y(value) - 2);
  }
  pen.setLineDash([]);
}

function drawLine(pen, line, { x, y, fromMs, toMs }) {
  pen.strokeStyle = pen.fillStyle = colour('line-' + (line.place % 8));
  pen.lineWidth = 1.8;
  pen.setLineDash(DASHES[Math.floor(line.place / 8) % DASHES.length]);
  pen.beginPath();
  let before = null;
  for (const [ms, value] of line.points) {
    if (ms > toMs) break;
    if (before === null || ms - before > line.silentMs) pen.moveTo(x(ms), y(value));
    else if (ms >= fromMs) pen.lineTo(x(ms), y(value));
    else pen.moveTo(x(ms), y(value));
    before = ms;
  }
  pen.stroke();
  pen.setLineDash([]);
  pen.lineWidth = 1.4;
  for (const [ms, value, isLate] of line.points) if (isLate && ms >= fromMs) dot(pen, x(ms), y(value), 3.5);
  const last = line.points.at(-1);
  if (last && last[0] >= fromMs) dot(pen, x(last[0]), y(last[1]), 3, !line.isSilent);
}

/** A dot that is filled; a ring where it is late or the last of a line that has fallen silent. */
function dot(pen, x, y, radius, isFilled = false) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  if (!isFilled) {
    const ink = pen.fillStyle;
    pen.fillStyle = colour('card');
    pen.fill();
    pen.fillStyle = ink;
    pen.stroke();
  } else pen.fill();
}

/** Names at the ends of lines, moved apart. */
function drawNames(pen, shown, { area, y, fromMs }) {
  const names = shown.flatMap((line) => {
    const last = line.points.at(-1);
    return last && last[0] >= fromMs ? [{ line, y: y(last[1]) }] : [];
  }).sort((a, b) => a.y - b.y);
  let below = area.top;
  for (const one of names) below = (one.y = Math.max(one.y, below)) + 15;
  let above = area.bottom + 15;
  for (const one of names.toReversed()) above = one.y = Math.min(one.y, above - 15);
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  for (const { line, y: middle } of names) {
    pen.fillStyle = colour('line-' + (line.place % 8));
    pen.fillText(shortened(pen, line.name, 90), area.right + 10, middle);
  }
}

function shortened(pen, name, width) {
  if (pen.measureText(name).width <= width) return name;
  let end = name.length;
  while (end > 1 && pen.measureText(name.slice(0, end) + '…').width > width) end--;
  return name.slice(0, end) + '…';
}

/** The line through what is pointed at. */
function drawCursor({ area, x }, ms) {
  const pen = at('plot').getContext('2d');
  pen.strokeStyle = colour('muted');
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(Math.round(x(ms)) + 0.5, area.top);
  pen.lineTo(Math.round(x(ms)) + 0.5, area.bottom);
  pen.stroke();
}

const number = (value) => String(Number(value.toPrecision(5)));
`;

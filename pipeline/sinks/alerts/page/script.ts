import { liveScript } from '../../../web/page/live-script.ts';

/** What runs in the browser: a list of what /events tells, filtered here. */
export const script = String.raw`${liveScript}
const SILENCE_MS = 120000, REPAINT_MS = 5000;
const known = new Map(); // alerts by id
const items = new Map(); // their elements
let name = '', onlyLasting = false, enlarged = null, keep = 200, title = document.title;

function take({ alerts, isAll, keep: most, problem }) {
  if (isAll) known.clear();
  keep = most ?? keep;
  for (const alert of alerts) known.set(alert.id, alert);
  const oldFirst = [...known.values()].sort((a, b) => a.sinceMs - b.sinceMs);
  for (const { id } of oldFirst.slice(0, Math.max(0, oldFirst.length - keep))) known.delete(id);
  notice(problem);
  show();
}

function show() {
  const all = [...known.values()].sort((a, b) => b.sinceMs - a.sinceMs || (a.id < b.id ? -1 : 1));
  const shown = all.filter((alert) => (name === '' || alert.name === name) && (!onlyLasting || alert.isLasting));
  const lasting = all.filter(({ isLasting }) => isLasting).length;
  showNames([...new Set(all.map((alert) => alert.name))].sort());
  text('summary', all.length === 0 ? ' ' : plural(all.length, 'alert') + (lasting > 0 ? ', ' + lasting + ' still there' : ''));
  document.title = (lasting > 0 ? '(' + lasting + ') ' : '') + title;
  const wanted = new Set(shown.map(({ id }) => id));
  for (const [id, item] of items) if (!wanted.has(id)) { item.remove(); items.delete(id); }
  let before = null;
  for (const alert of shown) {
    const item = itemOf(alert);
    const place = before ? before.nextSibling : at('alerts').firstChild;
    if (item !== place) at('alerts').insertBefore(item, place);
    before = item;
  }
  at('empty').hidden = shown.length > 0;
  text(at('empty').firstChild, all.length === 0 ? 'No alert yet' : 'None of these');
  text(at('empty').lastChild, all.length === 0 ? 'It comes to this page by itself.' : 'Show all rules, or those that are over, too.');
  if (enlarged && known.has(enlarged)) enlarge(known.get(enlarged));
}

function itemOf(alert) {
  let item = items.get(alert.id);
  if (!item) {
    item = make('li', 'alert');
    item.append(thumb(alert), make('div', 'words'));
    const heading = make('h2');
    heading.append(make('span', 'name'), make('span', 'badge'));
    item.lastChild.append(heading, make('p', 'what'), make('p', 'when'), make('p', 'muted where'));
    items.set(alert.id, item);
  }
  const find = (selector) => item.querySelector(selector);
  item.dataset.lasting = String(alert.isLasting);
  text(find('.name'), alert.name);
  text(find('.badge'), alert.isLasting ? 'still there' : alert.state === 'end' ? 'over' : alert.state ?? 'told');
  text(find('.what'), whatOf(alert));
  text(find('.when'), whenOf(alert));
  text(find('.where'), alert.where.join(' · '));
  const image = find('img');
  if (alert.picture && image.getAttribute('src') !== alert.picture) image.src = alert.picture;
  image.alt = 'Picture: ' + alert.name + ', ' + whatOf(alert);
  find('.thumb').disabled = !alert.picture;
  image.hidden = !alert.picture;
  return item;
}

function thumb({ id }) {
  const button = make('button', 'thumb');
  button.type = 'button';
  button.append(make('img'));
  button.addEventListener('click', () => enlarge(known.get(id)));
  return button;
}

function whatOf({ what, score }) {
  const words = what.length > 0 ? what.join(', ') : 'nothing more is told';
  return score === null ? words : words + ', ' + Math.round(score * 100) + ' %';
}

function whenOf({ sinceMs, toldMs, durationMs, isLasting }) {
  const isToday = day(sinceMs) === day(Date.now());
  const lasts = durationMs === null ? '' : ' · ' + duration(durationMs) + (isLasting ? ' so far' : '');
  const silentMs = Date.now() - toldMs;
  const silent = isLasting && silentMs > SILENCE_MS ? ' · last told ' + duration(silentMs) + ' ago' : '';
  return (isToday ? '' : day(sinceMs) + ', ') + clockTime(sinceMs) + lasts + silent;
}

function enlarge(alert) {
  if (!alert?.picture) return;
  enlarged = alert.id;
  if (at('large-picture').getAttribute('src') !== alert.picture) at('large-picture').src = alert.picture;
  at('large-picture').alt = 'Picture: ' + alert.name + ', ' + whatOf(alert);
  text('large-text', [alert.name, whatOf(alert), ...alert.where, whenOf(alert)].join(' · '));
  if (!at('large').open) at('large').showModal();
}

function showNames(names) {
  const select = at('names');
  at('names-label').hidden = names.length < 2;
  const key = JSON.stringify(names);
  if (select.dataset.key === key) return;
  select.dataset.key = key;
  select.replaceChildren(new Option('All', ''), ...names.map((one) => new Option(one, one)));
  select.value = names.includes(name) ? name : (name = '');
}

const plural = (count, noun) => count.toLocaleString('en') + ' ' + noun + (count === 1 ? '' : 's');

at('names').addEventListener('change', () => { name = at('names').value; show(); });
at('lasting').addEventListener('click', () => {
  onlyLasting = !onlyLasting;
  at('lasting').setAttribute('aria-pressed', String(onlyLasting));
  show();
});
at('close').addEventListener('click', () => at('large').close());
at('large').addEventListener('click', ({ target }) => { if (target === at('large')) at('large').close(); });
at('large').addEventListener('close', () => { enlarged = null; });
setInterval(show, REPAINT_MS); // "ago" grows
connect(take);
`;

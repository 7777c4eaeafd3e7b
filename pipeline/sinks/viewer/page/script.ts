import { pageScript } from '../../../web/page/page-script.ts';

/**
 * What runs in the browser. The picture is an ordinary <img> on a multipart stream; everything around it comes from
 * /state.json, twice a second. Whatever the server says is set as text, never as markup.
 */
export const script = String.raw`${pageScript}
const POLL_MS = 500, ANSWER_MS = 3000, RETRY_MS = 1500, STALE_MS = 5000, FRESH_MS = 500, OLD_MS = 2000, MOST_CHIPS = 24;
const asked = new URLSearchParams(location.search);
const past = {};
for (const name of ['from', 'partition', 'offset']) if (asked.has(name)) past[name] = asked.get(name);

let source = asked.get('source');
let replay = Object.keys(past).length > 0 ? past : null;
let paused = null; // query of the stream that goes on after the picture that stands still
let view = null, replayBegan = false, attached = 0, startedMs = null, lost = false, retry;

function streamUrl() {
  const query = new URLSearchParams(replay ?? {});
  if (source !== null) query.set('source', source);
  if (replay) query.set('view', view);
  query.set('t', String(++attached) + '-' + Date.now());
  return 'stream.mjpg?' + query;
}

function attach() {
  clearTimeout(retry);
  view = replay ? 'v' + Math.random().toString(36).slice(2) : null;
  replayBegan = false;
  root.dataset.mode = replay ? 'replay' : 'live';
  detach();
  at('still').hidden = true;
  at('picture').src = streamUrl();
}

function detach() {
  at('picture').hidden = true;
  at('picture').removeAttribute('src');
}

/** Stands still where it is; the address of the page is that place from then on. */
async function pause() {
  const state = await ask().catch(() => null);
  const shown = replay ? state?.replay : shownOf(state?.sources ?? []);
  if (!shown || paused) return;
  clearTimeout(retry);
  paused = new URLSearchParams(shown.next);
  const place = new URLSearchParams(paused);
  if (source !== null) place.set('source', source);
  history.replaceState(null, '', '?' + place);
  const still = at('still'), picture = at('picture');
  still.width = picture.naturalWidth;
  still.height = picture.naturalHeight;
  still.getContext('2d').drawImage(picture, 0, 0);
  still.hidden = false;
  detach();
  view = null;
  showFigures(shown);
  showCaptureTime(shown.at ?? Date.now() - shown.ageMs);
  show(state);
}

/** Shows what past names, or what comes now where it is null. */
function play(past) {
  replay = past;
  if (!past) history.replaceState(null, '', location.pathname);
  paused = null;
  notice(null);
  attach();
}

async function onPictureError() {
  if (paused) return;
  if (replay) {
    const sentence = await refusal();
    if (sentence) return goLive(sentence);
  }
  clearTimeout(retry);
  if (!lost) retry = setTimeout(attach, RETRY_MS);
}

/** Why a stream is refused; null where it is not. */
async function refusal() {
  const abort = new AbortController();
  try {
    const answer = await fetch(streamUrl(), { signal: abort.signal });
    return answer.ok ? null : await answer.text();
  } catch {
    return null; // not reachable: the poll says so
  } finally {
    abort.abort();
  }
}

function goLive(sentence) {
  play(null);
  notice(sentence);
}

async function poll() {
  try {
    show(await ask());
  } catch {
    lost = true;
    clearTimeout(retry);
    setState('lost', 'Connection lost');
    curtain('Connection lost', 'Trying again; the picture comes back by itself.');
  }
  setTimeout(poll, POLL_MS);
}

async function ask() {
  const answer = await fetch('state.json' + (view ? '?view=' + view : ''), { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function shownOf(sources) {
  return sources.find(({ id }) => id === source) ?? (source === null ? sources[0] : undefined);
}

function show(state) {
  const comesBack = lost || (startedMs !== null && startedMs !== state.startedMs);
  lost = false;
  startedMs = state.startedMs;
  if (paused) return showPaused(state);
  if (comesBack) attach();
  if (replay && state.replay) replayBegan = true;
  if (replay && replayBegan && !state.replay && !comesBack) return goLive('The replay has ended.');
  showSources(state.sources);
  const shown = shownOf(state.sources);
  showFigures(replay ? state.replay : shown);
  showStatus(state, shown);
}

function showPaused(state) {
  showSources(state.sources);
  setState('paused', 'Paused');
  curtain(null);
}

function showStatus(state, shown) {
  const visible = at('picture').naturalWidth > 0;
  at('picture').hidden = !visible;
  if (state.problem) {
    setState('problem', 'No pictures');
    return curtain('Nothing a browser can show', state.problem);
  }
  if (replay) setState('replay', 'Replay');
  else if (!shown) setState('connecting', 'Waiting');
  else if (shown.ageMs > STALE_MS) setState('stale', 'No new frames');
  else setState('live', 'Live');
  if (visible) return curtain(null);
  if (replay) curtain('Looking for the recording', 'Pictures that retention has deleted are gone.');
  else curtain('Waiting for the first picture', 'from ' + (source ?? state.topic));
}

function showFigures(shown) {
  text('fps', shown ? shown.fps.toFixed(1) : '–');
  text('seq', shown?.seq == null ? '–' : '#' + shown.seq);
  if (shown?.width) {
    text('size', shown.width + ' × ' + shown.height);
    at('screen').style.setProperty('--shape', shown.width + ' / ' + shown.height);
  }
  if (replay) showCaptureTime(shown?.at);
  else showAge(shown?.ageMs);
  showObjects(shown?.objects);
  showDrops(shown?.drops);
}

function showCaptureTime(capturedAt) {
  const time = capturedAt ? new Date(capturedAt) : null;
  text('age-label', 'Recorded at');
  text('age', time ? time.toLocaleTimeString([], { hourCycle: 'h23' }) : '–');
  text('age-unit', '');
  at('age-cell').title = time ? time.toLocaleString() : '';
  delete at('age-cell').dataset.freshness;
}

function showAge(ageMs) {
  const [amount, unit] = ageMs === undefined ? ['–', ''] : duration(ageMs);
  text('age-label', 'Frame age');
  text('age', amount);
  text('age-unit', unit);
  at('age-cell').title = 'since the picture was captured';
  at('age-cell').dataset.freshness = ageMs === undefined ? '' : ageMs <= FRESH_MS ? 'good' : ageMs <= OLD_MS ? 'warn' : 'bad';
}

function showObjects(objects) {
  const found = [...(objects ?? [])].sort((a, b) => b.score - a.score);
  list('objects', found.slice(0, MOST_CHIPS).map(({ label, score }) => [label, Math.round(score * 100) + '%']));
  text('object-count', found.length > 0 ? String(found.length) : '');
  const more = found.length - MOST_CHIPS;
  text('objects-text', more > 0 ? 'and ' + more + ' more' : found.length > 0 ? '' : objects ? 'Nothing found in this frame.' : 'Nobody looks for objects in these frames.');
}

function showDrops(drops) {
  const words = { SUPERSEDED: 'a newer frame was there', STALE: 'too old to be worth it' };
  const reasons = Object.entries(drops?.reasons ?? {}).sort((a, b) => b[1] - a[1]);
  list('drops', reasons.map(([reason, count]) => [words[reason] ?? reason, count.toLocaleString('en')]));
  text('drop-count', drops?.count ? drops.count.toLocaleString('en') : '');
  text('drops-text', drops?.count ? '' : replay ? 'No frame of this replay so far.' : 'No frame since the viewer began.');
}

function showSources(sources) {
  const select = at('sources');
  const ids = sources.map(({ id }) => id);
  if (source !== null && !ids.includes(source)) ids.push(source);
  at('sources-label').hidden = ids.length < 2;
  const key = JSON.stringify(ids);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...ids.map((id) => new Option(id, id)));
  }
  if (source === null && ids.length > 0) {
    source = ids[0];
    if (ids.length > 1) attach(); // the stream may have begun with another one
  }
  if (source !== null && select.value !== source) select.value = source;
  const href = 'snapshot.jpg' + (source === null ? '' : '?source=' + encodeURIComponent(source));
  if (at('snapshot').getAttribute('href') !== href) at('snapshot').setAttribute('href', href);
  const alt = (replay ? 'Recorded' : 'Live') + ' picture' + (source === null ? '' : ' of ' + source);
  if (at('picture').alt !== alt) at('picture').alt = alt;
  at('pause').setAttribute('aria-pressed', String(paused !== null));
  text('pause', paused ? 'Go on' : 'Pause');
  at('replay').setAttribute('aria-pressed', String(replay !== null && !paused));
  text('replay', replay || paused ? 'Back to live' : 'From the start');
}

function list(id, pairs) {
  const element = at(id);
  const key = JSON.stringify(pairs);
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.hidden = pairs.length === 0;
  element.replaceChildren(...pairs.map(([name, figure]) => {
    const item = document.createElement('li');
    const strong = document.createElement('b');
    strong.textContent = figure;
    item.append(name, strong);
    return item;
  }));
}

function duration(ms) {
  if (ms < 1000) return [String(ms), 'ms'];
  if (ms < 60000) return [(ms / 1000).toFixed(1), 's'];
  if (ms < 3600000) return [String(Math.floor(ms / 60000)), 'min'];
  return [String(Math.floor(ms / 3600000)), 'h'];
}

at('picture').addEventListener('error', onPictureError);
at('sources').addEventListener('change', () => { source = at('sources').value; play(paused ? null : replay); });
at('replay').addEventListener('click', () => { play(replay || paused ? null : { from: 'earliest' }); });
at('pause').addEventListener('click', () => { if (paused) play(paused); else void pause(); });
addEventListener('load', () => { attach(); poll(); }); // a stream that still waits must not keep the page loading
`;

import { pageScript } from '../../../web/page/page-script.ts';
import { streamReader } from './stream-reader.ts';

/**
 * What runs in the browser: it takes pictures, sends one at a time, and shows what comes back. A picture that falls due
 * while another is on its way is dropped, so that none grows old here. Whatever the server says is set as text.
 */
export const script = String.raw`${pageScript}
${streamReader}
const RETRY_MS = 1000, ANSWER_MS = 20000, POLL_MS = 1000, FIGURES_MS = 500, RATE_MS = 3000, STALE_MS = 5000, MOST_TAKEN = 300, MOST_LATENCIES = 15, SILENT_MS = 15000;
const AWAY = [undefined, 502, 504]; // no answer, or that of a proxy before a server that is away
const page = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join('');
const video = at('preview'), still = document.createElement('canvas'), result = at('result');
const taken = new Map(); // id of a frame -> when it was taken, by the clock of this page
const latencies = [], sentAt = [], shownAt = [];
let setup = null, media = null, sending = false, sent = 0, dropped = 0, roundTripMs = null, shownMs = null, watching = null, openedMs = 0, dueMs = 0;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const token = () => new URLSearchParams(location.hash.slice(1)).get('token');
const cameraName = () => at('name').value || setup.camera;

/** An answer that is well. @throws with status and what the server says */
async function ask(path, options = {}) {
  const key = token();
  const answer = await fetch(path, { ...options, headers: key === null ? {} : { authorization: 'Bearer ' + key } });
  if (answer.ok) return answer;
  const { error = 'the server answered ' + answer.status } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(error), { status: answer.status, waitMs: Number(answer.headers.get('retry-after')) * 1000 });
}

const asked = (path) => ask(path, { signal: AbortSignal.timeout(ANSWER_MS) });

async function begin() {
  for (;;) {
    try {
      setup = await (await asked('setup.json')).json();
      at('key-form').hidden = true;
      break;
    } catch (error) {
      await failed(error);
    }
  }
  notice(null);
  choices('width', [320, 480, 640, 960, 1280], setup.width);
  choices('fps', [1, 2, 5, 10, 15, 20, 30], setup.fps);
  choices('quality', [40, 60, 80, 90], setup.quality);
  at('name').placeholder = setup.camera;
  at('start').disabled = false;
  setState('ready', 'Ready');
  if (!navigator.mediaDevices) notice('Browsers hand out the camera over https or at localhost only; open this page there.');
  void invite();
  setInterval(showFigures, FIGURES_MS);
  if (!setup.viewer) return curtain('No viewer', 'Name one in the option viewer of this source, and its pictures are shown here.');
  void watch();
  void poll();
}

/** Says what went wrong with the server, and waits before the next try. */
async function failed(error) {
  if (error.status === 401) {
    setState('refused', 'Token needed');
    at('key-form').hidden = false;
    notice(token() === null ? null : error.message);
    return new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
  }
  if (AWAY.includes(error.status)) {
    setState('lost', 'Connection lost');
    notice('The server is away. Trying again; it goes on by itself.');
  } else {
    setState('refused', error.status === 503 ? 'Held back' : 'Refused');
    notice(error.message);
  }
  await pause(error.waitMs || RETRY_MS);
}

function choices(id, usual, chosen) {
  const values = [...new Set([...usual, chosen])].sort((a, b) => a - b);
  at(id).replaceChildren(...values.map((value) => new Option(value, value, value === chosen, value === chosen)));
}

async function start() {
  at('start').disabled = true;
  try {
    media = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted() });
    video.srcObject = media;
    video.hidden = false;
    await video.play();
  } catch (error) {
    stop();
    const why = { NotAllowedError: 'It was not allowed; allow it in the settings of this site.', NotFoundError: 'There is none.', NotReadableError: 'Another program has it.' };
    return notice('No camera. ' + (why[error.name] ?? error.message));
  } finally {
    at('start').disabled = false;
  }
  notice(null);
  media.getVideoTracks()[0].addEventListener('ended', () => { stop(); notice('The camera has ended: it was unplugged or taken away. Start it again.'); });
  text('start', 'Stop camera');
  setState('starting', 'Starting');
  void stayAwake();
  void showDevices();
  dueMs = performance.now();
  tick(media);
}

function wanted() {
  const deviceId = at('device').value;
  const size = { width: { ideal: Math.max(640, Number(at('width').value)) }, frameRate: { ideal: Math.max(15, Number(at('fps').value)) } };
  return deviceId ? { ...size, deviceId: { exact: deviceId } } : { ...size, facingMode: { ideal: 'environment' } };
}

function stop() {
  for (const track of media?.getTracks() ?? []) track.stop();
  media = video.srcObject = null;
  video.hidden = true;
  text('start', 'Start camera');
  setState('ready', 'Ready');
}

/** A schedule without drift; what is missed while the page sleeps is not made up for. */
function tick(of) {
  if (media !== of) return;
  if (sending || video.readyState < 2) dropped += sending ? 1 : 0;
  else void send();
  const everyMs = 1000 / Number(at('fps').value);
  dueMs = Math.max(dueMs + everyMs, performance.now() - everyMs);
  setTimeout(tick, Math.max(0, dueMs - performance.now()), of);
}

async function send() {
  sending = true;
  try {
    const takenMs = performance.now();
    const picture = await take();
    const query = new URLSearchParams({ camera: cameraName(), page, age: Math.round(performance.now() - takenMs) });
    const askedMs = performance.now();
    const answer = await ask('frames?' + query, { method: 'POST', body: picture, signal: AbortSignal.timeout(ANSWER_MS) });
    const { id } = await answer.json();
    remember(id, takenMs);
    roundTripMs = performance.now() - askedMs;
    sent++;
    sentAt.push(performance.now());
    if (!media) return;
    setState('live', 'Live');
    notice(null);
  } catch (error) {
    if (media) await failed(error);
  } finally {
    sending = false;
  }
}

function take() {
  const width = Math.min(Number(at('width').value), video.videoWidth);
  still.width = width;
  still.height = Math.round((video.videoHeight * width) / video.videoWidth);
  still.getContext('2d').drawImage(video, 0, 0, still.width, still.height);
  return new Promise((resolve, reject) => {
    const done = (blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be made')));
    still.toBlob(done, 'image/jpeg', Number(at('quality').value) / 100);
  });
}

function remember(id, takenMs) {
  taken.set(id, takenMs);
  if (taken.size > MOST_TAKEN) taken.delete(taken.keys().next().value);
}

/** Shows the result as it comes, opens it anew when it ends. */
async function watch() {
  for (;;) {
    watching = new AbortController();
    openedMs = performance.now();
    try {
      const answer = await ask('result/stream.mjpg?source=' + encodeURIComponent(cameraName()), { signal: watching.signal });
      for await (const picture of pictures(answer.body)) await paint(picture);
      curtain('No result', 'The viewer has ended. Trying again.');
    } catch (error) {
      if (!watching.signal.aborted) curtain('No result', error.status === undefined ? 'The server is away. Trying again.' : error.message);
    }
    await pause(RETRY_MS);
  }
}

async function paint({ bytes, type, frame }) {
  const image = await createImageBitmap(new Blob([bytes], { type }));
  result.width = image.width;
  result.height = image.height;
  result.getContext('2d').drawImage(image, 0, 0);
  image.close();
  shownMs = performance.now();
  shownAt.push(shownMs);
  text('picture-size', result.width + ' × ' + result.height);
  at('result').style.setProperty('--shape', result.width + ' / ' + result.height);
  if (taken.has(frame)) latencies.push(shownMs - taken.get(frame));
  if (latencies.length > MOST_LATENCIES) latencies.shift();
  curtain(null);
}

async function poll() {
  for (;;) {
    const state = await asked('result/state.json').then((answer) => answer.json()).catch(() => null);
    const shown = state?.sources.find(({ id }) => id === cameraName());
    showObjects(shown && shown.ageMs < STALE_MS ? shown.objects : undefined);
    await pause(POLL_MS);
  }
}

async function invite() {
  const svg = await asked('address.svg').then((answer) => answer.text()).catch(() => null); // nobody else can come
  if (svg === null) return;
  at('code').replaceChildren(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement);
  at('self-made').hidden = !setup.selfMade;
  at('invitation').hidden = false;
}

async function stayAwake() {
  await navigator.wakeLock?.request('screen').catch(() => undefined); // low on battery: then not
}

/** Cameras have names only after one was allowed. */
async function showDevices() {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
  const chosen = at('device').value;
  at('device').replaceChildren(new Option('any', ''), ...devices.map(({ label, deviceId }, index) => new Option(label || 'camera ' + (index + 1), deviceId)));
  at('device').value = chosen;
}

/** A network that goes away tells nobody: a stream that is silent while pictures are taken is opened anew. */
function reopenIfSilent() {
  const now = performance.now();
  if (media && sentAt.at(-1) > now - STALE_MS && Math.max(openedMs, shownMs ?? 0) < now - SILENT_MS) watching?.abort();
}

function showFigures() {
  reopenIfSilent();
  const sorted = [...latencies].sort((a, b) => a - b);
  const isFresh = shownMs !== null && performance.now() - shownMs < STALE_MS;
  text('latency', sorted.length > 0 && isFresh ? String(Math.round(sorted[sorted.length >> 1])) : '–');
  text('result-rate', isFresh ? rate(shownAt).toFixed(1) : '–');
  text('sent', sent.toLocaleString('en'));
  text('sent-rate', media ? rate(sentAt).toFixed(1) + ' fps' : '');
  text('dropped', dropped.toLocaleString('en'));
  text('round-trip', roundTripMs === null ? '–' : String(Math.round(roundTripMs)));
}

function rate(times) {
  while (times.length > 0 && performance.now() - times[0] > RATE_MS) times.shift();
  return times.length < 2 ? 0 : ((times.length - 1) * 1000) / (times.at(-1) - times[0]);
}

function showObjects(objects) {
  const found = [...(objects ?? [])].sort((a, b) => b.score - a.score).slice(0, 24);
  text('object-count', found.length > 0 ? String(objects.length) : '');
  at('objects').replaceChildren(...found.map(({ label, score }) => {
    const item = document.createElement('li'), figure = document.createElement('b');
    figure.textContent = Math.round(score * 100) + '%';
    item.append(label, figure);
    return item;
  }));
  text('objects-text', found.length > 0 ? '' : objects ? 'Nothing found in this picture.' : '–');
}

at('start').addEventListener('click', () => { if (media) stop(); else void start(); });
at('device').addEventListener('change', () => { if (media) { stop(); void start(); } });
at('name').addEventListener('change', () => watching?.abort());
at('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  location.hash = new URLSearchParams({ token: at('key').value });
  dispatchEvent(new Event('hashchange')); // also where it is the one that was there
});
addEventListener('visibilitychange', () => { if (media && !document.hidden) void stayAwake(); });
void begin();
`;

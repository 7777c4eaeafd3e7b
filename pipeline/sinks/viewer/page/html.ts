/** What the page says about where it is. */
export interface PageWords {
  readonly title: string;
  readonly topic: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** The page; its words come escaped, all else is filled in by the script as text. */
export function html(words: PageWords): string {
  const title = escapeHtml(words.title);
  const topic = escapeHtml(words.topic);
  return `<!doctype html>
<html lang="en" data-state="connecting" data-mode="live">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#0a0d12">
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/viewer.css">
<script src="/viewer.js" defer></script>
</head>
<body>
${header(title, topic)}
<main>
${picture()}
${panel()}
</main>
<noscript><p class="noscript">Without JavaScript: <a href="/stream.mjpg">the live stream</a>, <a href="/snapshot.jpg">a snapshot</a>.</p></noscript>
</body>
</html>
`;
}

function header(title: string, topic: string): string {
  const subtitle = title === topic ? 'Kafka topic' : topic;
  return `<header>
<img class="mark" src="/icon.svg" alt="" width="36" height="36">
<div class="heading"><h1>${title}</h1><p>${subtitle}</p></div>
<p class="pill" id="status" role="status"><span class="dot"></span><span id="status-text">Connecting</span></p>
</header>`;
}

function picture(): string {
  return `<section class="stage" aria-label="Picture">
<div class="screen" id="screen">
<img id="picture" alt="" hidden>
<canvas id="still" hidden></canvas>
<div class="curtain" id="curtain"><span class="spinner"></span><strong id="curtain-title">Waiting for the first picture</strong><span id="curtain-text"></span></div>
</div>
<div class="controls">
<label class="sources" id="sources-label" hidden>Source <select id="sources"></select></label>
<button id="pause" type="button" aria-pressed="false">Pause</button>
<button id="replay" type="button" aria-pressed="false">From the start</button>
<a class="button quiet" id="snapshot" href="/snapshot.jpg" target="_blank" rel="noopener">Snapshot</a>
</div>
<p class="notice" id="notice" role="alert" hidden></p>
</section>`;
}

function panel(): string {
  return `<aside aria-label="About the picture">
<dl class="figures">
<div><dt>Frame rate</dt><dd><b id="fps">–</b> <small>fps</small></dd></div>
<div><dt id="age-label">Frame age</dt><dd id="age-cell"><b id="age">–</b> <small id="age-unit">ms</small></dd></div>
<div><dt>Frame</dt><dd><b id="seq">–</b></dd></div>
<div><dt>Size</dt><dd><b id="size">–</b></dd></div>
</dl>
<section class="card"><h2>Objects <span class="count" id="object-count"></span></h2><ul class="chips" id="objects"></ul><p class="muted" id="objects-text">–</p></section>
<section class="card"><h2>Dropped on the way <span class="count" id="drop-count"></span></h2><ul class="rows" id="drops"></ul><p class="muted" id="drops-text">–</p></section>
</aside>`;
}

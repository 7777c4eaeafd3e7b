import { pageHtml, type PageWords } from '../../../web/page/html.ts';

const NOSCRIPT =
  'Without JavaScript: <a href="stream.mjpg">the live stream</a>, <a href="snapshot.jpg">a snapshot</a>.';

/** The page of the viewer. Dark, so that the picture is the brightest thing. */
export function html(words: PageWords): string {
  const main = `<main>\n${picture()}\n${panel()}\n</main>`;
  return pageHtml(words, { name: 'viewer', scheme: 'dark', main, noscript: NOSCRIPT });
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
<a class="button quiet" id="snapshot" href="snapshot.jpg" target="_blank" rel="noopener">Snapshot</a>
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

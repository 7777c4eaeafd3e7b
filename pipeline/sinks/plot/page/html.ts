import { pageHtml, type PageWords } from '../../../web/page/html.ts';

const MAIN = `<main>
<div class="bar">
<p id="summary" class="muted">&nbsp;</p>
<label>Shows <select id="span"></select></label>
</div>
<p class="notice" id="notice" role="alert" hidden></p>
<div class="plot" id="frame">
<canvas id="plot" tabindex="0" role="img" aria-label="Plot; the lines are listed below"></canvas>
<div class="tip" id="tip" hidden></div>
<p class="empty" id="empty"><strong>No value yet</strong><span>The first one comes to this page by itself.</span></p>
</div>
<ul id="lines" aria-label="Lines; press one to hide it"></ul>
</main>`;

const NOSCRIPT = 'Without JavaScript: <a href="plot.json">the values as JSON</a>.';

/** The page of a plot. */
export function html(words: PageWords): string {
  return pageHtml(words, { name: 'plot', scheme: 'light dark', main: MAIN, noscript: NOSCRIPT });
}

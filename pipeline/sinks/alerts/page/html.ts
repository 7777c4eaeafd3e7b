import { pageHtml, type PageWords } from '../../../web/page/html.ts';

const MAIN = `<main>
<div class="bar">
<p id="summary" class="muted">&nbsp;</p>
<label id="names-label" hidden>Rule <select id="names"></select></label>
<button id="lasting" type="button" aria-pressed="false">Only those that last</button>
</div>
<p class="notice" id="notice" role="alert" hidden></p>
<ol id="alerts" aria-label="Alerts, the latest first"></ol>
<p class="empty" id="empty"><strong>No alert yet</strong><span>It comes to this page by itself.</span></p>
</main>
<dialog id="large" aria-label="Picture of an alert">
<img id="large-picture" alt="">
<div class="caption"><p id="large-text"></p><button id="close" type="button">Close</button></div>
</dialog>`;

const NOSCRIPT = 'Without JavaScript: <a href="alerts.json">the alerts as JSON</a>.';

/** The page of alerts. */
export function html(words: PageWords): string {
  return pageHtml(words, { name: 'alerts', scheme: 'light dark', main: MAIN, noscript: NOSCRIPT });
}

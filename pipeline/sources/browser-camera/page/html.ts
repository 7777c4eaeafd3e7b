import { pageHtml } from '../../../web/page/html.ts';

/** The page of the camera; all but its heading is filled in by the script as text. */
export function html(title: string): string {
  const main = `${keyForm}
<p class="notice" id="notice" role="alert" hidden></p>
<main>
${result}
<aside>
${camera}
${objects}
${invitation}
</aside>
</main>`;
  const words = { title, topic: 'this browser is the camera' };
  return pageHtml(words, {
    name: 'camera',
    scheme: 'light dark',
    main,
    noscript: 'It takes JavaScript to take pictures.',
  });
}

const keyForm = `<form id="key-form" class="card" hidden>
<label for="key">Token of this camera</label>
<div class="row"><input id="key" type="password" autocomplete="off" required><button type="submit">Go on</button></div>
</form>`;

const result = `<section aria-label="Result">
<div class="screen">
<canvas id="result" width="16" height="9"></canvas>
<div class="curtain" id="curtain"><strong id="curtain-title">No result yet</strong><span id="curtain-text">Start the camera: what the stages make of its pictures is shown here.</span></div>
</div>
<dl class="figures">
<div title="from the moment the picture was taken to the moment its result is painted here"><dt>Latency</dt><dd><b id="latency">–</b> <small>ms</small></dd></div>
<div><dt>Result</dt><dd><b id="result-rate">–</b> <small>fps</small></dd></div>
<div><dt>Sent</dt><dd><b id="sent">0</b> <small id="sent-rate"></small></dd></div>
<div title="taken while the one before was still on its way"><dt>Dropped here</dt><dd><b id="dropped">0</b></dd></div>
<div title="until the broker had the picture"><dt>Round trip</dt><dd><b id="round-trip">–</b> <small>ms</small></dd></div>
<div><dt>Picture</dt><dd><b id="picture-size">–</b></dd></div>
</dl>
</section>`;

const camera = `<section class="card" aria-label="Camera">
<h2>Camera</h2>
<video id="preview" muted playsinline autoplay hidden></video>
<button id="start" type="button" class="primary" disabled>Start camera</button>
<div class="settings">
<label>Camera <select id="device"><option value="">any</option></select></label>
<label>Name <input id="name" maxlength="100" pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*" autocomplete="off" spellcheck="false"></label>
<label>Width <select id="width"></select></label>
<label>Pictures a second <select id="fps"></select></label>
<label>JPEG quality <select id="quality"></select></label>
</div>
</section>`;

const objects = `<section class="card" id="objects-card" aria-label="Objects">
<h2>Objects <span class="count" id="object-count"></span></h2>
<ul class="chips" id="objects"></ul><p class="muted" id="objects-text">–</p>
</section>`;

const invitation = `<section class="card" id="invitation" aria-label="Other devices" hidden>
<h2>A phone as the camera</h2>
<div class="code" id="code"></div>
<p class="muted">Read it with the phone.<span id="self-made" hidden> It will warn of a self-made certificate: go on all the same.</span></p>
</section>`;

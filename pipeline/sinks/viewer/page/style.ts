/** Dark, so that the picture is the brightest thing; one column on a phone, two on a desk. */
export const style = `
:root {
  --ground: #0a0d12; --card: #12171f; --edge: #1f2733; --text: #e8edf4; --muted: #93a1b5;
  --accent: #5eead4; --good: #4ade80; --warn: #fbbf24; --bad: #f87171;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
body {
  min-height: 100dvh; color: var(--text);
  background: radial-gradient(1200px 600px at 20% -10%, #16202c 0, transparent 60%) no-repeat var(--ground);
  padding: max(14px, env(safe-area-inset-top)) max(18px, env(safe-area-inset-right)) 24px max(18px, env(safe-area-inset-left));
}
header { display: flex; align-items: center; gap: 12px; max-width: 1500px; margin: 0 auto 14px; }
.mark { border: 1px solid var(--edge); border-radius: 10px; }
.heading { flex: 1; min-width: 0; }
h1 { font-size: 17px; font-weight: 650; letter-spacing: -.01em; line-height: 1.25; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.heading p { color: var(--muted); font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pill {
  display: flex; align-items: center; gap: 8px; padding: 6px 12px 6px 10px; border: 1px solid var(--edge); border-radius: 99px;
  background: var(--card); font-size: 13px; font-weight: 600; white-space: nowrap;
}
.dot { width: 8px; height: 8px; border-radius: 50%; background: var(--muted); }
[data-state=live] .dot { background: var(--good); box-shadow: 0 0 0 4px #4ade8022; }
[data-state=replay] .dot, [data-state=paused] .dot { background: var(--accent); box-shadow: 0 0 0 4px #5eead422; }
[data-state=stale] .dot, [data-state=connecting] .dot { background: var(--warn); }
[data-state=lost] .dot, [data-state=problem] .dot { background: var(--bad); box-shadow: 0 0 0 4px #f8717122; }

main { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 16px; align-items: start; max-width: 1500px; margin: 0 auto; }
.screen {
  position: relative; overflow: hidden; border: 1px solid var(--edge); border-radius: 16px; background: #05070a;
  aspect-ratio: var(--shape, 16 / 9); max-height: calc(100dvh - 156px); width: 100%; box-shadow: 0 24px 60px -30px #000;
}
#picture, #still { display: block; width: 100%; height: 100%; object-fit: contain; transition: opacity .25s; }
[data-state=lost] #picture, [data-state=lost] #still, [data-state=problem] #picture { opacity: .25; filter: grayscale(1); }
.curtain {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 6px; padding: 24px; text-align: center;
  color: var(--muted); background: #05070acc;
}
.curtain strong { color: var(--text); font-size: 17px; font-weight: 600; }
.curtain span { max-width: 46ch; overflow-wrap: anywhere; }
.spinner { width: 26px; height: 26px; margin-bottom: 8px; border: 3px solid var(--edge); border-top-color: var(--accent); border-radius: 50%; animation: turn 1s linear infinite; }
[data-state=problem] .spinner { display: none; }
@keyframes turn { to { transform: rotate(1turn); } }

.controls { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 12px; }
button, .button, select {
  min-height: 42px; padding: 0 16px; border: 1px solid var(--edge); border-radius: 11px; background-color: var(--card); color: var(--text);
  font: inherit; font-weight: 550; text-decoration: none; display: inline-flex; align-items: center; cursor: pointer; transition: border-color .15s, background .15s;
}
button:hover, .button:hover, select:hover { border-color: #3a4a60; background-color: #18202b; }
button[aria-pressed=true] { border-color: var(--accent); color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.quiet { margin-left: auto; }
.sources { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; }
select {
  appearance: none; max-width: 240px; padding-right: 38px;
  background-image: linear-gradient(45deg, transparent 50%, var(--muted) 50%), linear-gradient(135deg, var(--muted) 50%, transparent 50%);
  background-position: right 20px center, right 15px center; background-size: 5px 5px; background-repeat: no-repeat;
}
.notice { margin-top: 12px; padding: 10px 14px; border: 1px solid #fbbf2455; border-radius: 11px; background: #fbbf2412; color: #fde68a; }
.noscript { max-width: 1500px; margin: 14px auto; color: var(--muted); }
.noscript a { color: var(--accent); }

aside { display: grid; gap: 12px; }
.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 1px; overflow: hidden; border: 1px solid var(--edge); border-radius: 16px; background: var(--edge); }
.figures div { padding: 12px 14px; background: var(--card); min-width: 0; }
dt, h2 { color: var(--muted); font-size: 12px; font-weight: 550; letter-spacing: .02em; }
dd { margin-top: 2px; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
dd b { font-size: 22px; font-weight: 650; letter-spacing: -.02em; }
dd small { color: var(--muted); font-size: 13px; }
#seq, #size { font-size: 17px; line-height: 31px; }
[data-freshness=good] b { color: var(--good); } [data-freshness=warn] b { color: var(--warn); } [data-freshness=bad] b { color: var(--bad); }
.card { padding: 12px 14px 14px; border: 1px solid var(--edge); border-radius: 16px; background: var(--card); min-height: 76px; }
h2 { display: flex; justify-content: space-between; margin-bottom: 8px; }
.count { color: var(--text); font-variant-numeric: tabular-nums; }
.muted { color: var(--muted); font-size: 13.5px; }
ul { list-style: none; padding: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 7px; }
.chips li { display: flex; gap: 7px; padding: 4px 10px; border: 1px solid #5eead433; border-radius: 99px; background: #5eead40f; font-size: 13.5px; max-width: 100%; overflow-wrap: anywhere; }
.chips li b { color: var(--accent); font-weight: 600; font-variant-numeric: tabular-nums; }
.rows li { display: flex; justify-content: space-between; gap: 12px; font-size: 13.5px; padding: 2px 0; overflow-wrap: anywhere; }
.rows li b { font-weight: 600; font-variant-numeric: tabular-nums; }

@media (max-width: 860px) {
  main { grid-template-columns: minmax(0, 1fr); gap: 14px; }
  body { padding-left: 12px; padding-right: 12px; }
  .screen { max-height: 62dvh; border-radius: 14px; }
  .controls > * { flex: auto; justify-content: center; padding: 0 12px; white-space: nowrap; }
  .quiet { margin-left: 0; }
  .sources { flex-basis: 100%; padding: 0; } .sources select { flex: 1; max-width: none; }
}
@media (min-width: 480px) and (max-width: 860px) { .figures { grid-template-columns: repeat(4, 1fr); } }
@media (prefers-reduced-motion: reduce) { * { animation-duration: 4s !important; transition: none !important; } }
`;

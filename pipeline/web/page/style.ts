/** For pages that are dark whatever the browser asks for, too. */
export const darkColours = `
  --ground: #0a0d12; --glow: #16202c; --card: #12171f; --edge: #1f2733; --hover: #3a4a60; --lit: #18202b; --text: #e8edf4; --muted: #93a1b5;
  --accent: #5eead4; --good: #4ade80; --warn: #fbbf24; --bad: #f87171;
`;

/** What all pages look like: their colours, light or dark as the browser asks for, and the parts they share. */
export const baseStyle = `
:root {
  --ground: #f4f6f9; --glow: #e3ecf7; --card: #fff; --edge: #d8dfe8; --hover: #b6c2d2; --lit: #eef2f7; --text: #17202c; --muted: #55637a;
  --accent: #0b7a6e; --good: #15803d; --warn: #a15c07; --bad: #c02626;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
@media (prefers-color-scheme: dark) { :root {${darkColours}} }
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
body {
  min-height: 100dvh; color: var(--text);
  background: radial-gradient(1200px 600px at 20% -10%, var(--glow) 0, transparent 60%) no-repeat var(--ground);
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
[data-state=live] .dot { background: var(--good); box-shadow: 0 0 0 4px color-mix(in srgb, var(--good) 14%, transparent); }
[data-state=replay] .dot, [data-state=paused] .dot { background: var(--accent); box-shadow: 0 0 0 4px color-mix(in srgb, var(--accent) 14%, transparent); }
[data-state=stale] .dot, [data-state=connecting] .dot { background: var(--warn); }
[data-state=lost] .dot, [data-state=problem] .dot { background: var(--bad); box-shadow: 0 0 0 4px color-mix(in srgb, var(--bad) 14%, transparent); }
button, .button, select {
  min-height: 42px; padding: 0 16px; border: 1px solid var(--edge); border-radius: 11px; background-color: var(--card); color: var(--text);
  font: inherit; font-weight: 550; text-decoration: none; display: inline-flex; align-items: center; cursor: pointer; transition: border-color .15s, background .15s;
}
button:hover, .button:hover, select:hover { border-color: var(--hover); background-color: var(--lit); }
button[aria-pressed=true] { border-color: var(--accent); color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
select {
  appearance: none; max-width: 240px; padding-right: 38px;
  background-image: linear-gradient(45deg, transparent 50%, var(--muted) 50%), linear-gradient(135deg, var(--muted) 50%, transparent 50%);
  background-position: right 20px center, right 15px center; background-size: 5px 5px; background-repeat: no-repeat;
}
.notice { margin-top: 12px; padding: 10px 14px; border: 1px solid var(--warn); border-radius: 11px; color: var(--warn); }
.noscript { max-width: 1500px; margin: 14px auto; color: var(--muted); }
.noscript a { color: var(--accent); }
h2 { display: flex; justify-content: space-between; margin-bottom: 8px; }
.count { color: var(--text); font-variant-numeric: tabular-nums; }
.muted { color: var(--muted); font-size: 13.5px; }
ul { list-style: none; padding: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 7px; }
.chips li { display: flex; gap: 7px; padding: 4px 10px; border: 1px solid color-mix(in srgb, var(--accent) 20%, transparent); border-radius: 99px; background: color-mix(in srgb, var(--accent) 6%, transparent); font-size: 13.5px; max-width: 100%; overflow-wrap: anywhere; }
.chips li b { color: var(--accent); font-weight: 600; font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: reduce) { * { animation-duration: 4s !important; transition: none !important; } }
`;

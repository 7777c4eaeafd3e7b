import { baseStyle } from '../../../web/page/style.ts';

/** In the colours of the device, light or dark; one column on a phone, two on a desk. */
export const style = `${baseStyle}
:root { --screen: #dfe4eb; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --screen: #05070a; --on-accent: #06201c; } }
[data-state=starting] .dot { background: var(--warn); }
[data-state=refused] .dot { background: var(--bad); }
main, form, .notice { max-width: 1500px; margin-left: auto; margin-right: auto; }
.notice, form { margin-top: 0; margin-bottom: 14px; }
.notice { overflow-wrap: anywhere; background: var(--card); }
.row { display: flex; gap: 10px; margin-top: 6px; }
.row input { flex: 1; min-width: 0; }

main { display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 16px; align-items: start; }
.screen { position: relative; overflow: hidden; border: 1px solid var(--edge); border-radius: 16px; background: var(--screen); }
#result { display: block; width: 100%; aspect-ratio: var(--shape, 16 / 9); max-height: calc(100dvh - 210px); object-fit: contain; }
.curtain {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 6px; padding: 24px; text-align: center;
  color: var(--muted); background: var(--screen);
}
.curtain strong { color: var(--text); font-size: 17px; font-weight: 600; }
.curtain span { max-width: 46ch; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(6, 1fr); gap: 1px; margin-top: 12px; overflow: hidden; border: 1px solid var(--edge); border-radius: 16px; background: var(--edge); }
.figures div { padding: 10px 14px; background: var(--card); min-width: 0; }
dt, h2, label { color: var(--muted); font-size: 12px; font-weight: 550; letter-spacing: .02em; }
dd { margin-top: 2px; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
dd b { font-size: 20px; font-weight: 650; letter-spacing: -.02em; }
dd small { color: var(--muted); font-size: 13px; }
#picture-size { font-size: 15px; line-height: 29px; }

aside { display: grid; gap: 12px; }
.card { padding: 12px 14px 14px; border: 1px solid var(--edge); border-radius: 16px; background: var(--card); }
#preview { display: block; width: 100%; aspect-ratio: 16 / 9; margin-bottom: 10px; border-radius: 10px; background: var(--screen); object-fit: contain; }
input { min-height: 42px; padding: 0 12px; border: 1px solid var(--edge); border-radius: 11px; background: var(--card); color: var(--text); font: inherit; font-weight: 550; }
input:invalid { border-color: var(--bad); }
button { justify-content: center; }
button:disabled { opacity: .5; cursor: default; }
.primary, .primary:hover { width: 100%; border-color: var(--accent); background-color: var(--accent); color: var(--on-accent); }
.settings { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin-top: 12px; }
.settings label { display: grid; gap: 4px; min-width: 0; align-content: end; }
.settings label:first-child { grid-column: 1 / -1; }
.settings input, .settings select { width: 100%; min-width: 0; max-width: none; padding-left: 12px; }
.code { width: 200px; max-width: 100%; margin: 4px auto 10px; padding: 6px; border-radius: 10px; background: #fff; }
.code svg { display: block; width: 100%; height: auto; }

@media (max-width: 1100px) { .figures { grid-template-columns: repeat(3, 1fr); } }
@media (max-width: 480px) { .figures { grid-template-columns: 1fr 1fr; } }
@media (max-width: 860px) {
  main { grid-template-columns: minmax(0, 1fr); gap: 14px; }
  body { padding-left: 12px; padding-right: 12px; }
  #result { max-height: 62dvh; }
}
`;

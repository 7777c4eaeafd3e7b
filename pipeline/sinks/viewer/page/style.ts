import { baseStyle, darkColours } from '../../../web/page/style.ts';

/** Dark, so that the picture is the brightest thing; one column on a phone, two on a desk. */
export const style = `${baseStyle}
:root {${darkColours}}
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
.quiet { margin-left: auto; }
.sources { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; }
.notice { margin-top: 12px; padding: 10px 14px; border: 1px solid #fbbf2455; border-radius: 11px; background: #fbbf2412; color: #fde68a; }

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
`;

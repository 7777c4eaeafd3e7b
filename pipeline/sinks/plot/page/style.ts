import { baseStyle } from '../../../web/page/style.ts';

/**
 * The plot above, its lines below. The colours of lines are those of Okabe and Ito, which people who are blind to some can
 * tell from each other, darker on light ground and lighter on dark.
 */
export const style = `${baseStyle}
:root {
  --line-0: #0072b2; --line-1: #c44e00; --line-2: #00805e; --line-3: #b0488c; --line-4: #8a6a00; --line-5: #2b8fc7; --line-6: #5b3fa8; --line-7: #444c56;
}
@media (prefers-color-scheme: dark) { :root {
  --line-0: #56b4e9; --line-1: #ff9a3c; --line-2: #2fd0a0; --line-3: #f0a3d0; --line-4: #f0e442; --line-5: #8ab8ff; --line-6: #b39dfa; --line-7: #d5dbe3;
} }
main { max-width: 1500px; margin: 0 auto; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; margin-bottom: 12px; }
.bar p { flex: 1; min-width: 10em; }
.bar label { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; }
.notice { margin: 0 0 12px; }
.plot { position: relative; border: 1px solid var(--edge); border-radius: 16px; background: var(--card); overflow: hidden; }
canvas { display: block; width: 100%; height: clamp(300px, 58dvh, 620px); touch-action: pan-y; cursor: crosshair; border-radius: 16px; }
.plot .empty { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 4px; color: var(--muted); text-align: center; }
.empty strong { color: var(--text); font-size: 17px; }
.tip {
  position: absolute; top: 10px; left: 0; min-width: 130px; padding: 8px 10px; border: 1px solid var(--edge); border-radius: 10px; background: var(--card);
  box-shadow: 0 8px 24px -12px #0008; font-size: 13px; pointer-events: none;
}
.tip p { color: var(--muted); margin-bottom: 4px; font-variant-numeric: tabular-nums; }
.tip div { display: flex; align-items: center; gap: 7px; white-space: nowrap; }
.tip b { margin-left: auto; padding-left: 12px; font-variant-numeric: tabular-nums; }
#lines { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 10px; margin-top: 12px; }
#lines button { width: 100%; height: 100%; min-height: 58px; padding: 8px 14px; gap: 10px; text-align: left; border-radius: 14px; }
#lines button[aria-pressed=true] { border-color: var(--edge); color: var(--text); }
#lines button[aria-pressed=false] { opacity: .45; }
#lines .words { flex: 1; min-width: 0; display: grid; }
#lines .name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#lines .about { color: var(--muted); font-size: 12.5px; font-weight: 400; }
#lines .silent .about { color: var(--warn); font-weight: 600; }
#lines .value { font-size: 19px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.swatch { flex: none; width: 22px; height: 0; border-top: 3px solid var(--colour); }
.swatch.dashed { border-top-style: dashed; } .swatch.dotted { border-top-style: dotted; }
@media (max-width: 560px) {
  body { padding-left: 12px; padding-right: 12px; }
  #lines { grid-template-columns: minmax(0, 1fr); gap: 8px; }
  .bar p { flex-basis: 100%; } .bar label { flex: 1; } .bar select { flex: 1; max-width: none; }
}
`;

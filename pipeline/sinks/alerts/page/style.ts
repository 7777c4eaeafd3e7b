import { baseStyle } from '../../../web/page/style.ts';

/** A list of cards: picture beside the words, on a phone as on a desk. */
export const style = `${baseStyle}
main { max-width: 900px; margin: 0 auto; } header { max-width: 900px; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; margin-bottom: 12px; }
.bar p { flex: 1; min-width: 10em; }
.bar label { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; }
#alerts { display: grid; gap: 10px; list-style: none; padding: 0; margin-top: 12px; }
.alert {
  display: flex; gap: 16px; align-items: center; padding: 10px; border: 1px solid var(--edge); border-radius: 16px;
  background: var(--card); border-left: 4px solid var(--edge);
}
.alert[data-lasting=true] { border-left-color: var(--bad); }
.thumb {
  flex: none; width: 192px; height: auto; min-height: 0; aspect-ratio: 16 / 9; padding: 0; overflow: hidden; border-radius: 10px;
  background-color: var(--ground);
}
.thumb:disabled { cursor: default; }
.thumb img { width: 100%; height: 100%; object-fit: cover; }
.words { min-width: 0; flex: 1; display: grid; gap: 2px; }
.words p { overflow-wrap: anywhere; }
.words h2 { justify-content: flex-start; align-items: center; gap: 10px; margin: 0; font-size: 17px; font-weight: 650; flex-wrap: wrap; overflow-wrap: anywhere; }
.badge { padding: 2px 9px; border: 1px solid var(--edge); border-radius: 99px; color: var(--muted); font-size: 12px; font-weight: 600; }
[data-lasting=true] .badge { border-color: var(--bad); color: var(--bad); }
.when { font-variant-numeric: tabular-nums; }
.empty { display: grid; justify-items: center; gap: 4px; padding: 64px 16px; color: var(--muted); text-align: center; }
.empty strong { color: var(--text); font-size: 17px; }
dialog {
  width: min(1200px, 96vw); max-height: 96dvh; margin: auto; padding: 0; border: 1px solid var(--edge); border-radius: 16px;
  background: var(--card); color: var(--text); overflow: auto;
}
dialog::backdrop { background: #000b; }
dialog img { display: block; width: 100%; max-height: 80dvh; object-fit: contain; background: #05070a; }
.caption { display: flex; align-items: center; gap: 16px; padding: 12px 16px; }
.caption p { flex: 1; overflow-wrap: anywhere; }
@media (max-width: 560px) {
  body { padding-left: 12px; padding-right: 12px; }
  .alert { gap: 12px; } .thumb { width: 116px; }
  .words h2 { font-size: 16px; } .words p { font-size: 14px; }
  .bar p { flex-basis: 100%; } .bar label, .bar button { flex: auto; justify-content: center; } .bar select { flex: 1; }
}
`;

/** Light or dark as the reader has it; one column on a phone, flow and details side by side on a desk. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --edge: #dfe3e9; --text: #1b2330; --muted: #5d6979; --link: #1f56b8; --line: #8b97a8; --hit: #fff3c4;
  --source: #2b7a3a; --source-soft: #e6f4e9; --topic: #5c6a7e; --topic-soft: #edf0f4; --stage: #2a5dc0; --stage-soft: #e4edff;
  --tap: #8439aa; --tap-soft: #f4e8fa; --internal: #8a8f98; --internal-soft: #fafafa;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --card: #171d25; --edge: #2a333f; --text: #e7ecf3; --muted: #9aa7b8; --link: #8ab4ff; --line: #64748b; --hit: #3a3413;
    --source: #6fce84; --source-soft: #16301d; --topic: #a4b1c3; --topic-soft: #202832; --stage: #84aeff; --stage-soft: #182a4c;
    --tap: #d39af0; --tap-soft: #331d40; --internal: #8a94a3; --internal-soft: #161b22;
  }
}
* { box-sizing: border-box; margin: 0; }
html { scroll-behavior: smooth; }
body { background: var(--ground); color: var(--text); padding: 20px max(16px, env(safe-area-inset-right)) 48px max(16px, env(safe-area-inset-left)); }
header, main { max-width: 1360px; margin: 0 auto; }
h1 { font-size: 26px; letter-spacing: -.02em; overflow-wrap: anywhere; }
header p, small, .note, figcaption { color: var(--muted); }
h2 { font-size: 17px; margin: 26px 0 10px; }
h3 { font-size: 15px; overflow-wrap: anywhere; } h3 small { font-weight: 400; margin-left: 4px; }
h4 { font-size: 12px; font-weight: 600; color: var(--muted); margin: 10px 0 2px; }
a { color: var(--link); text-decoration: none; overflow-wrap: anywhere; } a:hover { text-decoration: underline; }
code { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
.note { font-size: 13px; margin-top: 12px; }
main { display: grid; gap: 0 28px; grid-template-columns: minmax(0, 1fr); }
figure { margin-top: 18px; padding: 12px; border: 1px solid var(--edge); border-radius: 12px; background: var(--card); overflow-x: auto; align-self: start; }
figure svg { display: block; margin: 0 auto; width: 100%; height: auto; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 14px; justify-content: center; margin-top: 10px; font-size: 12px; position: sticky; left: 0; }
figcaption span::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 5px; border-radius: 3px; border: 1.5px solid currentColor; }
.source { --own: var(--source); --soft: var(--source-soft); } .topic { --own: var(--topic); --soft: var(--topic-soft); }
.stage { --own: var(--stage); --soft: var(--stage-soft); } .tap { --own: var(--tap); --soft: var(--tap-soft); }
.internal, .deadLetters { --own: var(--internal); --soft: var(--internal-soft); }
figcaption span { color: var(--own); }
.node rect { fill: var(--soft); stroke: var(--own); stroke-width: 1.25; }
.node.internal rect, .node.deadLetters rect { stroke-dasharray: 4 3; }
.node:hover rect, .node:focus rect { stroke-width: 2.5; } .node:hover { text-decoration: none; }
svg text { text-anchor: middle; fill: var(--text); font-size: 12.5px; }
svg .name { font-weight: 600; } svg .kind { fill: var(--muted); font-size: 11px; }
svg .output { fill: var(--muted); font-size: 11px; paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.edge { fill: none; stroke: var(--line); stroke-width: 1.5; } .edge.aside { stroke-dasharray: 4 3; } marker path { fill: var(--line); }
.cards { display: grid; gap: 12px; }
.card { padding: 12px 14px; border: 1px solid var(--edge); border-left: 3px solid var(--own); border-radius: 10px; background: var(--card); }
:target { background: var(--hit); scroll-margin-top: 12px; }
dl { font-size: 14px; } dl div { display: grid; grid-template-columns: 112px minmax(0, 1fr); gap: 10px; padding: 2px 0; }
dt { color: var(--muted); overflow-wrap: anywhere; } dd { overflow-wrap: anywhere; } ul { padding: 0; list-style: none; }
.badge { display: inline-block; padding: 0 8px; border-radius: 99px; font-size: 12px; font-weight: 600; color: var(--topic); background: var(--topic-soft); }
.badge.exactly-once { color: var(--stage); background: var(--stage-soft); }
section p + p { margin-top: 8px; }
.tables { min-width: 0; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-top: 1px solid var(--edge); overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--muted); font-weight: 500; font-size: 12.5px; overflow-wrap: normal; }
@media (max-width: 819px) {
  table { border: 0; background: none; } thead { display: none; } table, tbody, tr, th, td { display: block; }
  tr { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 12px; margin-bottom: 10px; padding: 8px 14px; border: 1px solid var(--edge); border-left: 3px solid var(--topic); border-radius: 10px; background: var(--card); }
  th, td { padding: 0; border: 0; } tr th { grid-column: 1 / -1; }
  td::before { content: attr(data-title); display: block; color: var(--muted); font-size: 12px; }
  figure { padding: 8px; margin-inline: -6px; }
}
@media (min-width: 1000px) {
  main { grid-template-columns: minmax(320px, max-content) minmax(420px, 1fr); }
  figure { max-width: 62vw; max-height: calc(100vh - 32px); position: sticky; top: 16px; } .tables { grid-column: 1 / -1; } .cards:has(.card) { grid-template-columns: repeat(auto-fill, minmax(380px, 1fr)); align-items: start; }
}
@media print { figure { overflow: visible; } }
`;

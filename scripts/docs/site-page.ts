import { escapeHtml } from '../../pipeline/escape-html.ts';
/** A line of the navigation. */
export interface NavEntry {
  readonly title: string;
  readonly path: string;
  readonly isOpen: boolean;
}

interface Page {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly nav: readonly NavEntry[];
  readonly home: string;
}

const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b2330; --muted: #5d6979; --edge: #e1e5ea; --soft: #f4f6f8; --link: #1f56b8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #10151b; --text: #e4e9f0; --muted: #98a5b5; --edge: #2a333f; --soft: #181f28; --link: #8ab4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.shell { display: grid; grid-template-columns: 210px minmax(0, 780px); gap: 48px; max-width: 1120px; margin: 0 auto; padding: 28px 24px 80px; }
nav { position: sticky; top: 28px; align-self: start; font-size: 15px; }
nav a { display: block; padding: 3px 10px; border-radius: 6px; color: var(--muted); } nav a:hover { color: var(--text); text-decoration: none; }
nav a[aria-current] { background: var(--soft); color: var(--text); font-weight: 600; }
nav .home { margin-bottom: 10px; color: var(--text); font-size: 18px; font-weight: 700; }
h1 { margin: 0 0 16px; font-size: 30px; line-height: 1.2; letter-spacing: -.02em; } h2 { margin: 40px 0 10px; font-size: 21px; } h3 { margin: 28px 0 6px; font-size: 17px; }
h1, h2, h3, p, li { overflow-wrap: anywhere; } td, th { overflow-wrap: break-word; } h1, h2, h3 { scroll-margin-top: 16px; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
:not(pre) > code { padding: 1px 5px; border-radius: 5px; background: var(--soft); }
pre { padding: 12px 16px; overflow-x: auto; border: 1px solid var(--edge); border-radius: 10px; background: var(--soft); }
table { display: block; overflow-x: auto; border-collapse: collapse; font-size: 14.5px; }
th, td { min-width: 90px; padding: 6px 12px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--edge); } th { color: var(--muted); font-weight: 600; }
img { max-width: 100%; height: auto; border-radius: 10px; }
@media (max-width: 819px) {
  .shell { display: block; padding: 16px 16px 60px; } nav { position: static; display: flex; gap: 4px; margin: 0 -16px 20px; padding: 0 16px 10px; overflow-x: auto; border-bottom: 1px solid var(--edge); }
  nav a { white-space: nowrap; } nav .home { margin: 0; font-size: 15px; }
}
`;

/** One page of the site: no script, nothing from elsewhere. */
export function sitePage({ title, body, nav, home }: Page): string {
  const entries = nav.map(
    (entry) => `<a href="${entry.path}"${entry.isOpen ? ' aria-current="page"' : ''}>${escapeHtml(entry.title)}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)} · tapline</title>
<style>${STYLE}</style>
</head>
<body><div class="shell">
<nav aria-label="Pages"><a class="home" href="${home}">tapline</a>
${entries.join('\n')}
</nav>
<main>
${body}</main>
</div></body>
</html>
`;
}

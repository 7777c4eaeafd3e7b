import { escapeHtml } from '../../escape-html.ts';

/** What a page says about where it is. */
export interface PageWords {
  readonly title: string;
  readonly topic: string;
}

/** What makes a page, as HTML. */
export interface PageParts {
  /** `viewer`: its style is at /viewer.css, its script at /viewer.js. */
  readonly name: string;
  readonly scheme: 'dark' | 'light dark';
  readonly main: string;
  readonly noscript: string;
}

/** A page: its heading with a status, and what is below. Its words come escaped; the rest is filled in by the script as text. */
export function pageHtml(words: PageWords, { name, scheme, main, noscript }: PageParts): string {
  const title = escapeHtml(words.title);
  const topic = escapeHtml(words.topic);
  const ground = scheme === 'dark' ? '\n<meta name="theme-color" content="#0a0d12">' : '';
  return `<!doctype html>
<html lang="en" data-state="connecting" data-mode="live">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="${scheme}">${ground}
<title>${title}</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${name}.css">
<script src="${name}.js" defer></script>
</head>
<body>
<header>
<img class="mark" src="icon.svg" alt="" width="36" height="36">
<div class="heading"><h1>${title}</h1><p>${title === topic ? 'Kafka topic' : topic}</p></div>
<p class="pill" id="status" role="status"><span class="dot"></span><span id="status-text">Connecting</span></p>
</header>
${main}
<noscript><p class="noscript">${noscript}</p></noscript>
</body>
</html>
`;
}

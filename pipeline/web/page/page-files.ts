import { answer } from '../answers.ts';
import type { Route } from '../page-server.ts';
import { icon } from './icon.ts';

/** A page and all it needs; nothing comes from elsewhere, so it works without a network. */
export interface PageFiles {
  /** `viewer`: its style is at /viewer.css, its script at /viewer.js. */
  readonly name: string;
  readonly html: string;
  readonly style: string;
  readonly script: string;
}

/** The routes of the files of a page. */
export function pageRoutes({ name, html, style, script }: PageFiles): readonly (readonly [string, Route])[] {
  const file = (path: string, type: string, body: string): readonly [string, Route] => [
    path,
    (_url, response) => answer(response, { type, body }),
  ];
  return [
    file('/', 'text/html; charset=utf-8', html),
    file(`/${name}.css`, 'text/css; charset=utf-8', style),
    file(`/${name}.js`, 'text/javascript; charset=utf-8', script),
    file('/icon.svg', 'image/svg+xml', icon),
  ];
}

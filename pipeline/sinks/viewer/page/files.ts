import { html, type PageWords } from './html.ts';
import { icon } from './icon.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** A file of the page. */
export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** The page and all it needs; nothing comes from elsewhere, so it works without a network. */
export function pageFiles(words: PageWords): readonly PageFile[] {
  return [
    { path: '/', type: 'text/html; charset=utf-8', body: html(words) },
    { path: '/viewer.css', type: 'text/css; charset=utf-8', body: style },
    { path: '/viewer.js', type: 'text/javascript; charset=utf-8', body: script },
    { path: '/icon.svg', type: 'image/svg+xml', body: icon },
  ];
}

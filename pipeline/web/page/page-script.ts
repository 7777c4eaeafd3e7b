/**
 * What the scripts of all pages begin with. Whatever the server says is set as text, never as markup.
 */
export const pageScript = String.raw`'use strict';
const root = document.documentElement;
const at = (id) => document.getElementById(id);

/** Only where it differs, so that screen readers hear of changes alone. */
function text(where, words) {
  const element = typeof where === 'string' ? at(where) : where;
  if (element.textContent !== words) element.textContent = words;
}

function make(name, className, words) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (words !== undefined) element.textContent = words;
  return element;
}

function setState(state, words) {
  root.dataset.state = state;
  text('status-text', words);
}

/** A fault of this page or of the server; null takes it back. */
function notice(sentence) {
  at('notice').hidden = !sentence;
  text('notice', sentence ?? '');
}

function curtain(title, words = '') {
  at('curtain').hidden = title === null;
  if (title === null) return;
  text('curtain-title', title);
  text('curtain-text', words);
}
`;

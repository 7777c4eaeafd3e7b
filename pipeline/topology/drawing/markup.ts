import { escapeHtml } from '../../escape-html.ts';

/** HTML that may go into a page as it is. Only `markup` makes it, which escapes all that is not. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | readonly Content[];

/** A template of HTML: whatever is put in is escaped, unless it is `Markup` itself; lists are joined. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => (index === 0 ? part : rendered(contents[index - 1]) + part)).join(''));
}

function rendered(content: Content | undefined): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(rendered).join('');
  return escapeHtml(String(content ?? ''));
}

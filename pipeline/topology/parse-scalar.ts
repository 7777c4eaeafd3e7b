import { isScalar, parseDocument } from 'yaml';

/** A scalar value and whether it was in quotes. */
export interface ParsedScalar {
  readonly value: string | number | boolean | null;
  readonly quoted: boolean;
}

/** What YAML makes of a text that is one value; what is more or none is text as it stands. */
export function parseScalar(text: string): ParsedScalar {
  const { contents, errors, comment } = parseDocument(text, { prettyErrors: false });
  if (contents === null) return { value: null, quoted: false };
  const isWhole = isScalar(contents) && errors.length === 0 && !comment && !contents.comment;
  if (!isWhole || !isSimple(contents.value)) return { value: text, quoted: false };
  return { value: contents.value, quoted: isQuoted(contents) };
}

/** Whether a YAML scalar is in quotes or a block, and so a text whatever it looks like. */
export function isQuoted({ type }: { readonly type?: string | undefined }): boolean {
  return type !== undefined && type !== 'PLAIN';
}

function isSimple(value: unknown): value is ParsedScalar['value'] {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

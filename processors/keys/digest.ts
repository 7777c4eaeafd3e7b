import { createHash } from 'node:crypto';

const LONGEST = 200;

/** A text as it is where it is short, else a SHA-256 of it: what is only compared need not be kept in full. */
export function digest(text: string): string {
  return text.length <= LONGEST ? text : `sha256 ${createHash('sha256').update(text).digest('base64')}`;
}

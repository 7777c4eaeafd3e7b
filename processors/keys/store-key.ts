import { canonicalJson } from './canonical-json.ts';
import { digest } from './digest.ts';

/** The key of a store entry for any JSON data, of a bounded length; equal data has equal keys, a text and a number have not. */
export function storeKeyOf(value: unknown): string {
  return digest(canonicalJson(value));
}

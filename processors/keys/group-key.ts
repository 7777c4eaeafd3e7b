import type { ConsumerRecord } from '../../pipeline/index.ts';

/** The key a record is grouped by, as text, or `0x` and its bytes where it is none; records without a key are one group, "". */
export function groupKeyOf({ key }: ConsumerRecord): string {
  if (key === null) return '';
  const text = key.toString('utf8');
  return text.includes('\ufffd') && !Buffer.from(text).equals(key) ? `0x${key.toString('hex')}` : text;
}

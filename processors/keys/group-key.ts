import type { ConsumerRecord } from '../../pipeline/index.ts';

/** The key a record is grouped by, as text; records without a key are one group, "". */
export function groupKeyOf({ key }: ConsumerRecord): string {
  return key === null ? '' : key.toString('utf8');
}

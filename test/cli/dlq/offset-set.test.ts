import { expect, test } from 'vitest';
import { OffsetSet } from '../../../pipeline/cli/dlq/offset-set.ts';

/** What is known of the offsets below 50, after a journey through what Kafka keeps. */
function kept(set: OffsetSet): { readonly next: bigint; readonly done: number[] } {
  const copy = OffsetSet.parse(set.next, set.text().text);
  return { next: copy.next, done: Array.from({ length: 50 }, (_, n) => n).filter((n) => copy.has(BigInt(n))) };
}

test('offsets that are done one by one become one offset, and those after a gap a short text', () => {
  const set = OffsetSet.parse(0n, '');

  for (const offset of [0n, 1n, 5n, 4n, 9n]) set.add(offset, offset + 1n);

  expect(set.next).toBe(2n);
  expect(set.text()).toEqual({ text: '2+2,3+1', complete: true });
  expect(kept(set)).toEqual({ next: 2n, done: [0, 1, 4, 5, 9] });
});

test('a gap that is filled joins what is on both sides', () => {
  const set = OffsetSet.parse(2n, '2+2,3+1');

  set.add(2n, 4n);

  expect(kept(set)).toEqual({ next: 6n, done: [0, 1, 2, 3, 4, 5, 9] });
});

test('without the first offset nothing is before the next one', () => {
  const set = OffsetSet.parse(0n, '');

  set.add(40n, 45n);

  expect(kept(set)).toEqual({ next: 0n, done: [40, 41, 42, 43, 44] });
});

test('what does not fit beside an offset is left out from the end, and told', () => {
  const set = OffsetSet.parse(0n, '');
  for (let offset = 1n; offset < 4_000n; offset += 2n) set.add(offset, offset + 1n);

  const { text, complete } = set.text();

  expect(complete).toBe(false);
  expect(text.length).toBeLessThan(4_000);
  expect(OffsetSet.parse(0n, text).has(1n)).toBe(true);
});

test.each(['by hand', '1+', '0+1', '+', ','])('the text "%s" of another tool counts for nothing', (text) => {
  expect(kept(OffsetSet.parse(3n, text))).toEqual({ next: 3n, done: [0, 1, 2] });
});

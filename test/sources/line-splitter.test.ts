import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../pipeline/sources/line-splitter.ts';

function split(text: string, cuts: readonly number[], maxBytes = 1000) {
  const bytes = Buffer.from(text);
  const splitter = new LineSplitter(maxBytes);
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const lines = edges.slice(1).flatMap((end, index) => [...splitter.push(bytes.subarray(edges[index], end))]);
  const last = splitter.end();
  return [...lines, ...(last ? [last] : [])];
}

describe('line splitter', () => {
  it('gives the same lines wherever the stream is cut into chunks', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ' '));

    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.array(fc.nat({ max: 200 })), (lines, cuts) => {
        const text = `${lines.join('\n')}\n`;

        const found = split(
          text,
          cuts.map((cut) => Math.min(cut, Buffer.byteLength(text))),
        );

        expect(found.map(({ bytes }) => bytes.toString())).toEqual(lines);
        expect(found.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
      }),
    );
  });

  it('takes CRLF for one line end, and a last line without any', () => {
    expect(split('a\r\nb\r\n\nc', [2]).map(({ bytes }) => bytes.toString())).toEqual(['a', 'b', '', 'c']);
  });

  it('holds no more of a line than its limit, and finds the next line behind it', () => {
    const found = split(`${'x'.repeat(5000)}\nshort\n`, [1, 7, 900, 4000], 8);

    expect(found.map(({ bytes, tooLong }) => [bytes.toString(), tooLong])).toEqual([
      ['xxxxxxxx', true],
      ['short', false],
    ]);
  });
});

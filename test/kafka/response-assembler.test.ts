import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseAssembler } from '../../pipeline/kafka/response-assembler.ts';

function framed(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

test('gives every response whole, however the network cuts them, and keeps nothing of what it was given', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (responses, cuts) => {
      const stream = Buffer.concat(responses.map(framed));
      const assembler = new ResponseAssembler();
      const given: Buffer[] = [];
      const reused = Buffer.alloc(30);

      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const count = stream.copy(reused, 0, at, at + cuts[turn % cuts.length]!);
        given.push(...assembler.take(reused.subarray(0, count)));
        reused.fill(0);
        at += count;
      }

      expect(given).toEqual(responses.map(framed));
    }),
  );
});

test('says so when what answers is no Kafka broker', () => {
  const assembler = new ResponseAssembler();

  expect(() => [...assembler.take(Buffer.from('HTTP/1.1 400 Bad Request'))]).toThrow(
    'no Kafka broker answers there: a response of 1213486160 bytes',
  );
});

import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piecewise } from '../../pipeline/kafka/piecewise-encoder.ts';

interface Encoder {
  readonly buffer: Buffer;
  size(): number;
  writeInt8(value: number): this;
  writeInt32(value: number): this;
  writeInt64(value: number): this;
  writeString(value: string | null): this;
  writeBytes(value: Buffer | string | null): this;
  writeVarIntBytes(value: Buffer | string | null): this;
  writeEncoder(value: Encoder): this;
  writeArray(values: readonly Encoder[], type?: string): this;
}
type EncoderClass = new () => Encoder;

const Published = createRequire(import.meta.url)('kafkajs/src/protocol/encoder') as EncoderClass;
const Piecewise = piecewise(Published as unknown as Parameters<typeof piecewise>[0]) as unknown as EncoderClass;

type Step = (encoder: Encoder, make: EncoderClass) => Encoder;

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.integer({ min: 400, max: 5000 }).map((length) => Buffer.alloc(length, length)),
);

const { steps } = fc.letrec<{ step: Step; steps: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -128, max: 127 }).map(
      (n): Step =>
        (encoder) =>
          encoder.writeInt8(n),
    ),
    fc.integer().map(
      (n): Step =>
        (encoder) =>
          encoder.writeInt32(n),
    ),
    fc.maxSafeInteger().map(
      (n): Step =>
        (encoder) =>
          encoder.writeInt64(n),
    ),
    fc.option(fc.string()).map(
      (text): Step =>
        (encoder) =>
          encoder.writeString(text),
    ),
    fc.option(bytes).map(
      (value): Step =>
        (encoder) =>
          encoder.writeBytes(value),
    ),
    fc.option(bytes).map(
      (value): Step =>
        (encoder) =>
          encoder.writeVarIntBytes(value),
    ),
    tie('steps').map(
      (inner): Step =>
        (encoder, Make) =>
          encoder.writeEncoder(inner(new Make(), Make)),
    ),
    fc.array(tie('steps'), { maxLength: 3 }).map(
      (inner): Step =>
        (encoder, Make) =>
          encoder.writeArray(
            inner.map((one) => one(new Make(), Make)),
            'object',
          ),
    ),
    // Asking for the bytes halfway joins the pieces, and what follows comes after them.
    fc.constant<Step>((encoder) => (encoder.buffer.length >= 0 ? encoder : encoder)),
  ),
  steps: fc.array(tie('step'), { maxLength: 6 }).map(
    (list): Step =>
      (encoder, Make) =>
        list.reduce((before, step) => step(before, Make), encoder),
  ),
}));

test('writes the same bytes as the published encoder, whatever is written in whatever order', () => {
  fc.assert(
    fc.property(steps, (write) => {
      const published = write(new Published(), Published);
      const pieced = write(new Piecewise(), Piecewise);

      expect(pieced.size()).toBe(published.size());
      expect(pieced.buffer.equals(published.buffer)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('keeps a large buffer by reference until its bytes are asked for', () => {
  const frame = Buffer.alloc(691_200, 1);
  const inner = new Piecewise().writeBytes(frame);

  const outer = new Piecewise().writeEncoder(inner);
  frame[0] = 9;

  expect(outer.buffer[4]).toBe(9);
});

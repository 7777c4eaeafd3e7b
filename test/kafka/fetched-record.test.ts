import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quickRecordDecoder, type DecodeRecord } from '../../pipeline/kafka/fetched-record.ts';

interface Encoder {
  readonly buffer: Buffer;
  writeInt8(value: number): this;
  writeVarInt(value: number): this;
  writeVarLong(value: bigint): this;
  writeVarIntBytes(value: Buffer | null): this;
  writeVarIntString(value: string): this;
}

// As published: nothing here loads the patches.
const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
const Decoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => { readonly buffer: Buffer };
const published = require('kafkajs/src/protocol/recordBatch/record/v0/decoder') as DecodeRecord;
const quick = quickRecordDecoder(published);

interface Fields {
  readonly timestampDelta: bigint;
  readonly offsetDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
}

const field = fc.option(fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)));
const headerName = fc.oneof(fc.constantFrom('', 'ce_id', 'ce_time', 'naïve'), fc.string({ maxLength: 80 }));
const record: fc.Arbitrary<Fields> = fc.record({
  timestampDelta: fc.oneof(fc.bigInt({ min: -(2n ** 47n), max: 2n ** 47n }), fc.bigInt({ min: 0n, max: 2n ** 62n })),
  offsetDelta: fc.nat(2 ** 31 - 1),
  key: field,
  value: field,
  headers: fc.array(fc.tuple(headerName, field), { maxLength: 40 }),
});
const context = fc.record(
  {
    firstOffset: fc.nat(2 ** 31 - 1).map(String),
    firstTimestamp: fc.integer({ min: -1 }).map(String),
    maxTimestamp: fc.nat().map(String),
    timestampType: fc.constantFrom(0, 1),
    isControlBatch: fc.boolean(),
    magicByte: fc.constant(2),
  },
  { requiredKeys: ['firstOffset', 'firstTimestamp'] },
);

function bytesOf({ timestampDelta, offsetDelta, key, value, headers }: Fields): Buffer {
  const encoder = new Encoder().writeInt8(0).writeVarLong(timestampDelta).writeVarInt(offsetDelta);
  encoder.writeVarIntBytes(key).writeVarIntBytes(value).writeVarInt(headers.length);
  for (const [name, content] of headers) encoder.writeVarIntString(name).writeVarIntBytes(content);
  return encoder.buffer;
}

function isInherited(name: string): boolean {
  return name in {};
}

test('a record is read as kafkajs does', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), context, (records, batch) => {
      for (const fields of records) {
        fc.pre(!fields.headers.some(([name]) => isInherited(name)));
        const bytes = bytesOf(fields);
        expect(quick(new Decoder(bytes), batch)).toEqual(published(new Decoder(bytes), batch));
      }
    }),
    { numRuns: 300 },
  );
});

test.each(['constructor', 'toString', '__proto__'])('a header may be named %s', (name) => {
  const value = Buffer.from('v');
  const headers = [[name, value] as const];
  const bytes = bytesOf({ timestampDelta: 0n, offsetDelta: 0, key: null, value: null, headers });

  const decoded = quick(new Decoder(bytes), { firstOffset: '0', firstTimestamp: '0' }) as { readonly headers: object };

  expect(Object.entries(decoded.headers)).toEqual([[name, value]]);
});

test('a repeated header is a list in its order', () => {
  const values = ['a', 'b', 'c'].map((text) => Buffer.from(text));
  const headers = values.map((value) => ['h', value] as const);
  const bytes = bytesOf({ timestampDelta: 0n, offsetDelta: 0, key: null, value: null, headers });

  expect(quick(new Decoder(bytes), { firstOffset: '0', firstTimestamp: '0' })).toMatchObject({
    headers: { h: values },
  });
});

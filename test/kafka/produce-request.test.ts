import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchMessage } from '../../pipeline/kafka/batch-layout.ts';
import { messagesByPartition, quickProduceRequest } from '../../pipeline/kafka/produce-request.ts';
import { recordBatch } from '../../pipeline/kafka/record-batch.ts';
import type { EncoderClass, MakeProduceRequest } from '../../pipeline/kafka/produce-request.ts';

type Options = Parameters<MakeProduceRequest>[0];

// As published: nothing here loads the patches.
const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder') as EncoderClass;
const published = require('kafkajs/src/protocol/requests/produce/v3/request') as MakeProduceRequest;
const quick = quickProduceRequest(published, Encoder);

async function bytesOf(make: MakeProduceRequest, options: Options): Promise<Buffer> {
  return ((await make(options).encode()) as { readonly buffer: Buffer }).buffer;
}

/** What kafkajs' own encoding takes: it knows no header without a value, and sorts timestamps as text. */
function asPublished({ topicData, ...options }: Options): Options {
  const messageOf = ({ headers, timestamp, ...message }: BatchMessage): BatchMessage => ({
    ...message,
    headers: headers && Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    timestamp: String(timestamp).padStart(16, '0'),
  });
  return {
    ...options,
    topicData: topicData.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((data) => ({ ...data, messages: data.messages.map(messageOf) })),
    })),
  };
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 90 }), fc.string({ maxLength: 200 }));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc.constantFrom(8191, 8192, 16_383, 16_384).map((length) => Buffer.alloc(length, length)),
);
const field = fc.oneof(text, bytes);
const headerValue = fc.oneof(field, fc.constant(undefined), fc.array(field, { maxLength: 3 }));
const message: fc.Arbitrary<BatchMessage> = fc.record(
  {
    key: fc.option(field, { nil: null }),
    value: fc.option(field, { nil: null }),
    headers: fc.dictionary(text, headerValue, { maxKeys: 8 }),
    timestamp: fc.oneof(fc.nat(), fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }), fc.maxSafeNat()),
  },
  { requiredKeys: ['value', 'timestamp'] },
);
const data = fc.record({
  partition: fc.nat(100),
  firstSequence: fc.option(fc.nat(), { nil: undefined }),
  messages: fc.oneof(
    fc.array(message, { minLength: 1, maxLength: 6 }),
    // So many that the numbers of the records take two bytes.
    fc
      .array(message, { minLength: 2, maxLength: 2 })
      .map((two) => [...two, ...Array.from({ length: 70 }, () => ({ value: 'v', timestamp: 1 }))]),
  ),
});
const topicData = fc.array(fc.record({ topic: fc.string(), partitions: fc.array(data, { maxLength: 3 }) }), {
  maxLength: 3,
});
const shared = { acks: fc.constantFrom(-1, 1), timeout: fc.nat(), topicData };
const options: fc.Arbitrary<Options> = fc.oneof(
  fc.record(shared),
  fc.record({
    ...shared,
    transactionalId: fc.string({ minLength: 1 }),
    producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    producerEpoch: fc.nat(32_767),
  }),
);

test('a produce request is written byte for byte as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(options, async (request) => {
      expect((await bytesOf(quick, request)).equals(await bytesOf(published, asPublished(request)))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('it is the one that kafkajs writes with, in every version it may choose', async () => {
  await import('../../pipeline/kafka/kafkajs.ts');
  const { protocol } = require('kafkajs/src/protocol/requests/produce') as {
    protocol: (choice: { version: number }) => (options: Options) => { request: ReturnType<MakeProduceRequest> };
  };
  const values = [Buffer.alloc(100_000), 'small', null].map((value) => ({ value, timestamp: 1_700_000_000_000 }));
  const partitions = [{ partition: 3, firstSequence: 7, messages: values }];
  const options = {
    acks: -1,
    timeout: 0,
    transactionalId: 'id',
    producerId: '9',
    topicData: [{ topic: 't', partitions }],
  };

  for (const version of [3, 4, 5, 6, 7]) {
    const patched = await bytesOf((request) => protocol({ version })(request).request, options);
    expect(patched.equals(await bytesOf(published, asPublished(options)))).toBe(true);
  }
});

test('large fields are not copied, and the small ones between them stand in one piece', () => {
  const large = Buffer.alloc(100_000);
  const headers = { small: 'text', large };
  const messages = [{ value: large }, { value: 'small' }, { value: 'small', headers }];

  const pieces = recordBatch(messages, { producerId: -1n, producerEpoch: 0, firstSequence: 0, transactional: false });

  expect(pieces.filter((piece) => piece === large)).toHaveLength(2);
  expect(pieces).toHaveLength(4);
});

test('a compressed request is left to kafkajs', async () => {
  const request: Options = {
    acks: -1,
    timeout: 0,
    compression: 1,
    topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'v', timestamp: '1' }] }] }],
  };

  expect(await bytesOf(quick, request)).toEqual(await bytesOf(published, request));
});

test('messages are sorted by partition in their order, as kafkajs does', () => {
  const sorting = {
    topic: 't',
    partitionMetadata: [{}, {}, {}],
    messages: [{ n: 2 }, { n: 0 }, { n: 5 }, { n: 3 }],
    partitioner: ({ message: { n } }: { readonly message: { readonly n: number } }) => n % 3,
  };
  const asKafkajs = require('kafkajs/src/producer/groupMessagesPerPartition') as typeof messagesByPartition;

  expect(messagesByPartition(sorting)).toEqual({ 0: [{ n: 0 }, { n: 3 }], 2: [{ n: 2 }, { n: 5 }] });
  expect(messagesByPartition(sorting)).toEqual(asKafkajs(sorting));
  expect(messagesByPartition({ ...sorting, partitionMetadata: [] })).toEqual({});
});

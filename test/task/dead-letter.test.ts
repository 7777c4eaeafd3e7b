import { expect, test } from 'vitest';
import { PoisonRecordError } from '../../pipeline/errors/pipeline-error.ts';
import { deadLetterRecord } from '../../pipeline/task/dead-letter.ts';
import { aRecord } from './records.ts';

const target = { topic: 'street.decode.dlq', maxMessageBytes: 1024 * 1024 };
const error = new PoisonRecordError('PICTURE_UNREADABLE', 'no picture');

test('keeps key, bytes and headers and tells where the record came from and why it failed', () => {
  const record = aRecord({
    topic: 'frames.captured',
    partition: 1,
    offset: 42n,
    timestampMs: 5,
    key: Buffer.from('cam'),
    headers: { a: 'b' },
  });

  const letter = deadLetterRecord({ record, stage: 'decode', processor: 'decode', attempts: 1, error }, target, 1_000);

  expect(letter).toMatchObject({
    topic: 'street.decode.dlq',
    key: record.key,
    value: record.value,
    timestampMs: 1_000,
  });
  expect(letter.headers).toMatchObject({
    a: 'b',
    'tapline.dlq.topic': 'frames.captured',
    'tapline.dlq.partition': '1',
    'tapline.dlq.offset': '42',
    'tapline.dlq.timestamp': '5',
    'tapline.dlq.stage': 'decode',
    'tapline.dlq.processor': 'decode',
    'tapline.dlq.attempts': '1',
    'tapline.dlq.error-class': 'PoisonRecordError',
    'tapline.dlq.error-code': 'PICTURE_UNREADABLE',
    'tapline.dlq.error-message': 'no picture',
    'tapline.dlq.time': '1970-01-01T00:00:01.000Z',
  });
  expect(letter.headers).not.toHaveProperty('tapline.dlq.truncated');
});

test('cuts a value that is too large even for the dead letters to its first 64 KB and says so', () => {
  const record = aRecord({ value: Buffer.alloc(2 * 1024 * 1024, 'x') });

  const letter = deadLetterRecord({ record, stage: 's', processor: 'p', attempts: 3, error }, target, 0);

  expect(letter.value).toHaveLength(64 * 1024);
  expect(letter.headers).toMatchObject({
    'tapline.dlq.truncated': 'true',
    'tapline.dlq.value-size': String(2 * 1024 * 1024),
  });
});

test('names an error that is none of ours by its class and message', () => {
  const letter = deadLetterRecord(
    { record: aRecord(), stage: 's', processor: 'p', attempts: 1, error: new TypeError('x is null') },
    target,
    0,
  );

  expect(letter.headers).toMatchObject({
    'tapline.dlq.error-class': 'TypeError',
    'tapline.dlq.error-code': 'PROCESSING_FAILED',
    'tapline.dlq.error-message': 'x is null',
  });
});

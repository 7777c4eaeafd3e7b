import { expect, test } from 'vitest';
import { PoisonRecordError } from '../../pipeline/errors/pipeline-error.ts';
import type { ConsumerRecord, ProducerRecord } from '../../pipeline/ports/record.ts';
import { deadLetterRecord } from '../../pipeline/task/dead-letter.ts';
import { isForAnother, originOf, redriveCount, redrivenRecord, withoutTarget } from '../../pipeline/task/redrive.ts';
import { aRecord } from './records.ts';

const error = new PoisonRecordError('PICTURE_UNREADABLE', 'no picture');
const input = aRecord({
  topic: 'words',
  partition: 1,
  offset: 42n,
  timestampMs: 5,
  key: Buffer.from('k'),
  headers: { a: Buffer.from('b'), ce_id: 'root/camera' },
});
const target = { topic: 'words', partition: 1, group: 'street.decode' };

test('only the stage a record was brought back for takes it', () => {
  const marked = { headers: { 'tapline.redrive.stage': Buffer.from('street.decode') } };

  expect(isForAnother(marked, 'street.decode')).toBe(false);
  expect(isForAnother(marked, 'street.detect')).toBe(true);
  expect(isForAnother(aRecord(), 'street.detect')).toBe(false);
});

test('a dead letter is for whoever reads the dead letters, though it was brought back before it died', () => {
  const letter = died(read(redrivenRecord(died(input), target, 1_000)));

  expect(letter.headers).toHaveProperty(['tapline.redrive.stage']);
  expect(isForAnother(letter, 'street.tap.alarm')).toBe(false);
});

test('a record goes back with its key, bytes and headers, stamped now, for the stage that failed', () => {
  const record = redrivenRecord(died(input), target, 9_000);

  expect(record).toEqual({
    topic: 'words',
    partition: 1,
    key: input.key,
    value: input.value,
    timestampMs: 9_000,
    headers: {
      ...input.headers,
      'tapline.redrive.stage': 'street.decode',
      'tapline.redrive.count': '1',
      'tapline.redrive.timestamp': '5',
    },
  });
});

test('a second failure raises the count and keeps the first time', () => {
  const again = died(read(redrivenRecord(died(input), target, 9_000)));

  const { headers } = redrivenRecord(again, target, 10_000);

  expect(redriveCount(again)).toBe(1);
  expect(headers).toMatchObject({ 'tapline.redrive.count': '2', 'tapline.redrive.timestamp': '5' });
});

test('a record without an id gets that of its first place, so that outputs of a repeat have the id of the first', () => {
  const { headers } = redrivenRecord(died({ ...input, headers: {} }), target, 0);

  expect(headers['ce_id']).toBe('words-1-42');
});

test('outputs keep the count and lose the target', () => {
  const marked = read(redrivenRecord(died(input), target, 0));

  const { headers } = withoutTarget(marked);

  expect(headers).not.toHaveProperty(['tapline.redrive.stage']);
  expect(headers).toMatchObject({ 'tapline.redrive.count': '1', 'tapline.redrive.timestamp': '5' });
  expect(withoutTarget(input)).toBe(input);
});

test('what a source could not write has no place to go back to', () => {
  const letter = { record: { key: null, value: 'raw', headers: {} }, stage: 'camera', processor: 'http', attempts: 1 };

  const raw = read(deadLetterRecord({ ...letter, error }, { topic: 't.camera.dlq', maxMessageBytes: 1 << 20 }, 7));

  expect(originOf(raw)).toBeNull();
  expect(originOf(died(input))).toEqual({ topic: 'words', partition: 1, offset: 42n, timestampMs: 5 });
});

function died(record: ConsumerRecord): ConsumerRecord {
  const letter = { record, stage: 'decode', processor: 'decode', attempts: 1, error };
  return read(deadLetterRecord(letter, { topic: 'street.decode.dlq', maxMessageBytes: 1024 * 1024 }, 8_000));
}

function read({ topic, partition, key, value, headers, timestampMs }: ProducerRecord): ConsumerRecord {
  const bytes = (given: Buffer | string | null): Buffer | null => (given === null ? null : Buffer.from(given));
  return { topic, partition, offset: 0n, key: bytes(key), value: bytes(value), headers, timestampMs };
}

import { expect, test } from 'vitest';
import { identityHeaders, recordId } from '../../pipeline/task/record-identity.ts';
import { aRecord } from './records.ts';

const stage = { stage: 'encode', fanIn: false };

test('names a frame by its id and the stage', () => {
  const frame = aRecord({ headers: { ce_specversion: '1.0', ce_id: 'cam-7/annotate', ce_subject: 'cam-7' } });

  expect(identityHeaders(frame, stage, 0)).toEqual({ ce_id: 'cam-7/encode' });
});

test('gives the same id to a repeat and different ids to siblings', () => {
  const input = aRecord({ headers: { ce_specversion: '1.0', ce_id: 'cam-7/annotate', ce_subject: 'cam-7' } });

  const first = [0, 1, 2].map((index) => identityHeaders(input, stage, index)['ce_id']);
  const repeat = [0, 1, 2].map((index) => identityHeaders({ ...input, offset: 99n }, stage, index)['ce_id']);

  expect(first).toEqual(['cam-7/encode', 'cam-7/encode/1', 'cam-7/encode/2']);
  expect(repeat).toEqual(first);
});

test('keeps siblings apart in the stages after the one that made them', () => {
  const sibling = (id: string) => aRecord({ headers: { ce_specversion: '1.0', ce_id: id, ce_subject: 'cam-7' } });

  const ids = ['cam-7/split', 'cam-7/split/1'].map((id) => identityHeaders(sibling(id), stage, 0)['ce_id']);

  expect(ids).toEqual(['cam-7/encode', 'cam-7/encode/1']);
});

test('keeps one root apart that reaches a stage through two topics', () => {
  const via = (topic: string) =>
    aRecord({ topic, headers: { ce_specversion: '1.0', ce_id: 'cam-7/x', ce_subject: 'cam-7' } });

  const ids = ['left', 'right'].map((topic) => identityHeaders(via(topic), { stage: 'join', fanIn: true }, 0)['ce_id']);

  expect(ids).toEqual(['cam-7/join/left', 'cam-7/join/right']);
});

test('names a record from outside by where it lies', () => {
  const foreign = aRecord({ topic: 'orders', partition: 2, offset: 41n, timestampMs: 0 });

  expect(recordId(foreign)).toBe('orders-2-41');
  expect(identityHeaders(foreign, stage, 0)).toEqual({
    ce_specversion: '1.0',
    ce_id: 'orders-2-41/encode',
    ce_source: '/topics/orders',
    ce_type: 'dev.tapline.record.v1',
    ce_time: '1970-01-01T00:00:00.000Z',
    ce_subject: 'orders-2-41',
  });
});

import { expect, test } from 'vitest';
import { PoisonRecordError, RetriableError } from '../../pipeline/errors/pipeline-error.ts';
import { reactTo } from '../../pipeline/task/error-policy.ts';

const policy = { retries: 3, backoffMs: 100, then: 'deadLetter' } as const;

test('doubles the wait with each attempt, up to ten seconds', () => {
  const patient = { ...policy, retries: 20 };

  const waits = [1, 2, 3, 15].map((attempt) => reactTo(new RetriableError('RECORD_TIMED_OUT', ''), attempt, patient));

  expect(waits).toEqual([100, 200, 400, 10_000].map((afterMs) => ({ do: 'retry', afterMs })));
});

test('gives up as the policy says when the retries are used up', () => {
  expect(reactTo(new Error('flaky'), 4, policy)).toEqual({ do: 'deadLetter' });
  expect(reactTo(new Error('flaky'), 4, { ...policy, then: 'skip' })).toEqual({ do: 'skip' });
});

test('does not retry an error that says itself that it cannot help', () => {
  expect(reactTo(new PoisonRecordError('PICTURE_UNREADABLE', ''), 1, policy)).toEqual({ do: 'deadLetter' });
  expect(reactTo(Object.assign(new Error('bad order'), { retriable: false }), 1, policy)).toEqual({ do: 'deadLetter' });
});

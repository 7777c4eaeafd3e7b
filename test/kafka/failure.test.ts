import { KafkaJSError, KafkaJSNonRetriableError, KafkaJSProtocolError } from 'kafkajs';
import { expect, test } from 'vitest';
import { errorTypeOf, reactionTo } from '../../pipeline/kafka/failure.ts';

function answered(type: string, retriable: boolean): Error {
  return new KafkaJSProtocolError(Object.assign(new Error(type), { type, retriable, code: 1 }));
}

test.each([
  ['REBALANCE_IN_PROGRESS', false, 'rebalance'],
  ['UNKNOWN_MEMBER_ID', false, 'rebalance'],
  ['NOT_LEADER_FOR_PARTITION', true, 'away'],
  ['UNKNOWN', false, 'away'],
  ['NOT_COORDINATOR_FOR_GROUP', true, 'away'],
  ['GROUP_AUTHORIZATION_FAILED', false, 'refused'],
] as const)('%s means %s', (type, retriable, reaction) => {
  expect(reactionTo(answered(type, retriable))).toBe(reaction);
});

test('what kafkajs wraps, gathers or throws by mistake is seen through', () => {
  const inner = answered('ILLEGAL_GENERATION', false);
  const wrapped = Object.assign(new KafkaJSNonRetriableError(inner.message), { cause: inner });
  const gathered = Object.assign(new Error('several'), { errors: [answered('INVALID_CONFIG', false)] });

  expect(errorTypeOf(wrapped)).toBe('ILLEGAL_GENERATION');
  expect(reactionTo(wrapped)).toBe('rebalance');
  expect(errorTypeOf(gathered)).toBe('INVALID_CONFIG');
  expect(reactionTo(new KafkaJSError('Connection error'))).toBe('away');
  expect(reactionTo(new TypeError("Cannot read properties of null (reading 'brokers')"))).toBe('away');
});

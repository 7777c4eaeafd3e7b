import { createRequire } from 'node:module';
import { expect, test, vi } from 'vitest';
import { filterAbortedRecords } from '../../pipeline/kafka/aborted-records.ts';
import '../../pipeline/kafka/kafkajs.ts';
import { applyPatches } from '../../pipeline/kafka/patches.ts';

const require = createRequire(import.meta.url);

interface Fetched {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: string;
  readonly isControlRecord?: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

const ZERO_KEY = Buffer.from([0, 0, 0, 0]);

function sent(offset: number, producerId: string, value: string): Fetched {
  return { offset: String(offset), key: Buffer.from('k'), value, batchContext: { producerId, inTransaction: true } };
}

function abortMarker(offset: number, producerId: string): Fetched {
  return { ...sent(offset, producerId, ''), key: ZERO_KEY, isControlRecord: true };
}

function commitMarker(offset: number, producerId: string): Fetched {
  return { ...sent(offset, producerId, ''), key: Buffer.from([0, 0, 0, 1]), isControlRecord: true };
}

test.each([
  {
    name: 'two aborted transactions began before the fetch',
    messages: [
      sent(20, '2', 'x'),
      sent(21, '1', 'x'),
      abortMarker(22, '1'),
      abortMarker(23, '2'),
      sent(24, '1', 'kept'),
    ],
    aborted: [
      ['1', 10],
      ['2', 12],
    ],
  },
  {
    name: 'a key of an aborted record looks like a marker',
    messages: [
      { ...sent(10, '1', 'x'), key: ZERO_KEY },
      sent(11, '1', 'x'),
      abortMarker(12, '1'),
      sent(13, '1', 'kept'),
    ],
    aborted: [['1', 10]],
  },
  {
    name: 'transactions are listed in the order they ended',
    messages: [
      sent(10, '1', 'x'),
      sent(11, '2', 'x'),
      abortMarker(12, '2'),
      sent(13, '1', 'x'),
      abortMarker(14, '1'),
      sent(15, '2', 'kept'),
    ],
    aborted: [
      ['2', 11],
      ['1', 10],
    ],
  },
  {
    name: 'another producer commits meanwhile',
    messages: [sent(10, '1', 'x'), sent(11, '2', 'kept'), commitMarker(12, '2'), abortMarker(13, '1')],
    aborted: [['1', 10]],
  },
  { name: 'nothing was aborted', messages: [sent(1, '1', 'kept')], aborted: [] },
] as const)('only committed records pass when $name', ({ messages, aborted }) => {
  const abortedTransactions = aborted.map(([producerId, offset]) => ({ producerId, firstOffset: String(offset) }));

  const passed = filterAbortedRecords({ messages, abortedTransactions });

  expect(passed.filter(({ isControlRecord }) => isControlRecord !== true).map(({ value }) => value)).toEqual(['kept']);
});

test('the filter is the one that kafkajs fetches with', () => {
  const Batch = require('kafkajs/src/consumer/batch') as new (...args: unknown[]) => { messages: readonly Fetched[] };
  const messages = [
    { ...sent(10, '1', 'x'), key: ZERO_KEY },
    sent(11, '1', 'x'),
    abortMarker(12, '1'),
    sent(13, '1', 'kept'),
  ];
  const partition = {
    partition: 0,
    highWatermark: '14',
    messages,
    abortedTransactions: [{ producerId: '1', firstOffset: '10' }],
  };

  const batch = new Batch('t', '10', partition);

  expect(batch.messages.map(({ value }) => value)).toEqual(['kept']);
});

test('an idle connection sets no timer, and one with waiting requests sets one', () => {
  const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => {
    pending: unknown[];
    throttledUntil: number;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  };
  vi.useFakeTimers();
  const logger = { debug: () => undefined };
  const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1_000, clientId: 'c', broker: 'b', logger });

  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);

  queue.pending.push({});
  queue.throttledUntil = Date.now() + 500;
  queue.checkPendingRequests();
  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(1);
  vi.useRealTimers();
});

test('the checksum kafkajs writes is CRC-32C', () => {
  const crc32C = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

  // The check value of RFC 3720, appendix B.4: 32 bytes of zeros.
  expect(crc32C(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32C(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('another version of kafkajs is refused', () => {
  const other = Object.assign(() => ({ version: '2.2.5' }), require);

  expect(() => applyPatches(other)).toThrow(
    expect.objectContaining({
      code: 'KAFKAJS_VERSION',
      message: 'kafkajs 2.2.5 is installed, but its patches are made for 2.2.4; run npm ci',
    }),
  );
});

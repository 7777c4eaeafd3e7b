import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { TransactionLost } from '../../pipeline/errors/pipeline-error.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import type { Admin } from '../../pipeline/ports/admin.ts';
import type { PartitionReader } from '../../pipeline/ports/partition-reader.ts';
import type { Producer } from '../../pipeline/ports/producer.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../../pipeline/ports/source.ts';
import { withPositions } from '../../pipeline/runtime/source-delivery.ts';
import { SourceWorker } from '../../pipeline/runtime/source-worker.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import type { SourcePlan } from '../../pipeline/topology/plan.ts';
import { silentLog } from './stage-harness.ts';

const POSITIONS = 't-table-positions';

const plan: SourcePlan = {
  name: 'table',
  type: 'given',
  to: 'in',
  options: {},
  deadLetterTopic: 't.table.dlq',
  endless: false,
  live: false,
  positions: { topic: POSITIONS, transactionalId: 't.table' },
  maxUnderWay: 100,
  buffer: { records: 3, bytes: 1024 * 1024 },
};

/** What is committed, transaction by transaction; of those that `failures` names, by number, nothing is. */
class MemoryKafka {
  readonly transactions: (readonly ProducerRecord[])[] = [];
  readonly #failures: Readonly<Record<number, Error>>;
  attempts = 0;
  begun = 0;

  constructor(failures: Readonly<Record<number, Error>> = {}) {
    this.#failures = failures;
  }

  get committed(): readonly ProducerRecord[] {
    return this.transactions.flat();
  }

  values(topic: string): unknown[] {
    return this.committed.filter((record) => record.topic === topic).map(({ value }) => value);
  }

  get producer(): Producer {
    return {
      send: () => expect.fail('nothing is written outside a transaction'),
      partitionFor: async () => 0,
      partitionsOf: async () => 1,
      transactional: () => expect.fail('it is there already'),
      close: async () => undefined,
    };
  }

  get transactional() {
    return {
      begin: async () => {
        this.begun++;
      },
      commit: async (records: readonly ProducerRecord[]) => {
        await nextTurn();
        const failure = this.#failures[this.attempts++];
        for (let turn = 0; failure && turn < 50; turn++) await nextTurn(); // the source goes on meanwhile, as far as it can
        if (failure) throw failure;
        this.transactions.push(records);
        return new Map<string, bigint>();
      },
      close: async () => undefined,
    };
  }

  get reader(): PartitionReader {
    const records = this.committed
      .filter(({ topic }) => topic === POSITIONS)
      .map((record, offset) => ({
        ...record,
        offset: BigInt(offset),
        key: Buffer.from(String(record.key)),
        value: record.value === null ? null : Buffer.from(record.value),
      }));
    const end = BigInt(records.length);
    return {
      open: async () => ({
        low: 0n,
        end,
        batches: async function* () {
          yield { records, nextOffset: end };
        },
      }),
      close: async () => undefined,
    };
  }
}

function sourceWorker(
  kafka: MemoryKafka,
  records: (context: SourceContext) => AsyncIterable<SourceRecord>,
): SourceWorker {
  const reader: PartitionReader = { open: (...request) => kafka.reader.open(...request), close: async () => undefined };
  const lag = async () => [{ topic: 'in', partition: 0, committed: 0n, endOffset: 0n, lag: 0n }];
  return new SourceWorker({
    plan,
    topology: 't',
    definition: defineSource({
      name: 'given',
      summary: '',
      options: z.unknown(),
      produces: 'records',
      positions: true,
      nature: () => ({ endless: false, live: false }),
      records: (_, context) => records(context),
    }),
    delivery: withPositions({ topic: POSITIONS, producer: kafka.transactional, reader, nowMs: () => 0 }),
    producer: kafka.producer,
    admin: { lag, close: async () => undefined } as unknown as Admin,
    downstream: [{ group: 't.work', topics: ['in'] }],
    deadLetterMaxBytes: 1024 * 1024,
    baseDirectory: '/',
    clock: systemClock,
    log: silentLog,
    metrics: new WorkerMetrics({ topology: 't', kind: 'source', name: 'table', worker: 'table-0' }),
    announce: () => undefined,
  });
}

/** Rows of a table from its stored position on; every fourth can be no record. */
async function* rows(context: SourceContext, count: number): AsyncGenerator<SourceRecord> {
  for (let row = Number(context.positions.get('orders') ?? 0); row < count && !context.signal.aborted; row++) {
    const position = { of: 'orders', at: row + 1 };
    await nextTurn();
    if (row % 4 === 3) {
      await context.deadLetter(`${row}`, new Error('a bad row'));
      await context.advance(position);
    } else yield { key: null, value: `${row}`, headers: {}, timestampMs: 0, position };
  }
}

const GOOD = ['0', '1', '2', '4', '5', '6', '8', '9', '10'];
const BAD = ['3', '7', '11'];

test('the position is written with the records and dead letters before it', async () => {
  const kafka = new MemoryKafka();

  await sourceWorker(kafka, (context) => rows(context, 12)).run();

  expect([kafka.values('in'), kafka.values('t.table.dlq')]).toEqual([GOOD, BAD]);
  let done = 0;
  for (const transaction of kafka.transactions) {
    done += transaction.filter(({ topic }) => topic !== POSITIONS).length;
    expect(transaction.filter(({ topic }) => topic === POSITIONS)).toMatchObject([
      { key: 'orders', partition: 0, value: String(done) },
    ]);
  }
});

test('a source begins anew from what is stored when a transaction is lost, and nothing is lost or repeated', async () => {
  const lost = new TransactionLost('TRANSACTION_LOST', 'the broker went away');
  const kafka = new MemoryKafka({ 0: lost, 2: lost, 3: lost });
  const begins: unknown[] = [];

  await sourceWorker(kafka, (context) => {
    begins.push(context.positions.get('orders'));
    return rows(context, 12);
  }).run();

  expect([kafka.values('in'), kafka.values('t.table.dlq')]).toEqual([GOOD, BAD]);
  expect(kafka.begun).toBe(4);
  expect(begins).toEqual([undefined, undefined, expect.any(Number), begins[2]]);
});

test('a position of null is forgotten', async () => {
  const kafka = new MemoryKafka();
  await sourceWorker(kafka, async function* (context) {
    await context.advance({ of: 'orders', at: { row: 1 } });
    await context.advance({ of: 'customers', at: { row: 7 } });
    yield* [];
  }).run();
  let found: ReadonlyMap<string, unknown> = new Map();

  await sourceWorker(kafka, async function* (context) {
    await context.advance({ of: 'orders', at: null });
    yield* [];
  }).run();
  await sourceWorker(kafka, async function* (context) {
    found = context.positions;
    yield* [];
  }).run();

  expect([...found]).toEqual([['customers', { row: 7 }]]);
});

test('a source waits for room instead of dropping, and stops when asked', async () => {
  const kafka = new MemoryKafka();
  const worker = sourceWorker(kafka, (context) => rows(context, Infinity));

  const running = worker.run();
  while (kafka.committed.length < 20) await nextTurn();
  await worker.stop();

  await expect(running).resolves.toBeUndefined();
  const sent = kafka.values('in').map(Number);
  expect(sent).toEqual(Array.from({ length: sent.length }, (_, n) => n + Math.floor(n / 3)));
});

test('a record that can never be written ends a source that waits for room', async () => {
  const kafka = new MemoryKafka({ 1: new Error('too large') });

  await expect(sourceWorker(kafka, (context) => rows(context, Infinity)).run()).rejects.toThrow('too large');
});

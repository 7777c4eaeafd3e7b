import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { PartitionBatch } from '../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { FreshnessGate, type GateDecision } from '../../pipeline/task/freshness-gate.ts';
import { aFrame } from './records.ts';

function batchOf(records: readonly ConsumerRecord[], highWatermark?: number): PartitionBatch {
  const nextOffset = (records.at(-1)?.offset ?? 0n) + 1n;
  return {
    topic: 'in',
    partition: 0,
    records,
    fetchedOffset: records[0]?.offset ?? 0n,
    nextOffset,
    highWatermark: highWatermark === undefined ? nextOffset : BigInt(highWatermark),
  };
}

function admittedSeqs(decision: GateDecision): number[] {
  return decision.state === 'admit'
    ? decision.admitted.map(({ record }) => readFrameMeta(record.headers).frame.seq)
    : [];
}

test('takes the newest frame of each source and tells what was superseded', () => {
  const gate = new FreshnessGate(null);
  const records = [
    aFrame({ seq: 0, capturedMs: 100, sourceId: 'a' }),
    aFrame({ seq: 1, capturedMs: 100, sourceId: 'b' }),
    aFrame({ seq: 2, capturedMs: 200, sourceId: 'a' }),
  ];

  const decision = gate.offer(batchOf(records), 210);

  expect(admittedSeqs(decision)).toEqual([1, 2]);
  expect(decision.dropped).toEqual({ SUPERSEDED: 1 });
});

test('looks past its batch to the end of the partition before it takes a frame', () => {
  const gate = new FreshnessGate(500);

  const first = gate.offer(batchOf([aFrame({ seq: 0, capturedMs: 0 })], 3), 1000);
  const second = gate.offer(batchOf([aFrame({ seq: 1, capturedMs: 800 }), aFrame({ seq: 2, capturedMs: 900 })]), 1000);

  expect(first.state).toBe('lookAhead');
  expect(admittedSeqs(second)).toEqual([2]);
  expect(second.dropped).toEqual({ STALE: 1, SUPERSEDED: 1 });
});

test('stops looking ahead at the end it saw first, however fast the producer is', () => {
  const gate = new FreshnessGate(null);
  gate.offer(batchOf([aFrame({ seq: 0, capturedMs: 0 })], 2), 0);

  const decision = gate.offer(batchOf([aFrame({ seq: 1, capturedMs: 1 })], 1_000), 1);

  expect(admittedSeqs(decision)).toEqual([1]);
});

test('never drops the newest frame of a source, however old it is', () => {
  const gate = new FreshnessGate(500);

  const decision = gate.offer(batchOf([aFrame({ seq: 7, capturedMs: 0 })]), 3_600_000);

  expect(admittedSeqs(decision)).toEqual([7]);
  expect(decision.dropped).toEqual({});
});

test('never drops frames of files', () => {
  const gate = new FreshnessGate(500);
  const records = [0, 1, 2].map((seq) => aFrame({ seq, capturedMs: 0, kind: 'file' }));

  const decision = gate.offer(batchOf(records, 100), 3_600_000);

  expect(admittedSeqs(decision)).toEqual([0, 1, 2]);
});

test('lets a frame with unreadable metadata through, for its dead letter', () => {
  const gate = new FreshnessGate(500);
  const broken = { ...aFrame({ seq: 0, capturedMs: 0 }), headers: { 'frame-meta': '{"version":"9"}' } };

  const decision = gate.offer(batchOf([broken, aFrame({ seq: 1, capturedMs: 0 })]), 0);

  expect(decision.state === 'admit' && decision.admitted.map(({ record }) => record)).toEqual([
    broken,
    expect.anything(),
  ]);
});

test('tells the drops in the next frame of the same source, those of stages before included', () => {
  const gate = new FreshnessGate(500);
  const records = [
    aFrame({ seq: 0, capturedMs: 0, dropped: { count: 2, reasons: { STALE: 2 } } }),
    aFrame({ seq: 1, capturedMs: 900 }),
    aFrame({ seq: 2, capturedMs: 950, dropped: { count: 1, reasons: { SUPERSEDED: 1 } } }),
  ];

  const decision = gate.offer(batchOf(records), 1000);

  const [taken] = decision.state === 'admit' ? decision.admitted : [];
  expect(readFrameMeta(taken!.record.headers).dropped).toEqual({ count: 5, reasons: { STALE: 3, SUPERSEDED: 2 } });
  expect(readFrameMeta(taken!.original.headers).dropped).toEqual({ count: 1, reasons: { SUPERSEDED: 1 } });
});

test('takes a frame that was written twice once, and counts it as no drop', () => {
  const gate = new FreshnessGate(500);
  const frames = [0, 1, 2].map((seq) => aFrame({ seq, capturedMs: seq }));
  gate.offer(batchOf(frames), 10);
  const again = frames.map((frame, index) => ({ ...frame, offset: BigInt(3 + index) }));

  const repeats = gate.offer(batchOf(again), 20);
  const next = gate.offer(batchOf([{ ...aFrame({ seq: 3, capturedMs: 3 }), offset: 6n }]), 30);

  expect(repeats).toMatchObject({ state: 'admit', admitted: [], dropped: {}, nextOffset: 6n });
  expect(admittedSeqs(next)).toEqual([3]);
  expect(next.state === 'admit' && readFrameMeta(next.admitted[0]!.record.headers).dropped).toBeUndefined();
});

test('takes frames of a source that begins anew', () => {
  const gate = new FreshnessGate(null);
  gate.offer(batchOf([aFrame({ seq: 9, capturedMs: 0 })]), 0);
  const restarted = aFrame({ seq: 0, capturedMs: 1 });
  const meta = readFrameMeta(restarted.headers);
  const headers = { 'frame-meta': JSON.stringify({ ...meta, frame: { ...meta.frame, sessionId: 'next' } }) };

  const decision = gate.offer(batchOf([{ ...restarted, offset: 10n, headers }]), 1);

  expect(admittedSeqs(decision)).toEqual([0]);
});

test('counts a record without metadata by its key', () => {
  const gate = new FreshnessGate(null);
  const records = [0, 1, 2].map((seq) => ({
    ...aFrame({ seq, capturedMs: seq }),
    headers: {},
    key: Buffer.from(String(seq % 2)),
  }));

  const decision = gate.offer(batchOf(records), 0);

  expect(decision.state === 'admit' && decision.admitted.map(({ record }) => record.offset)).toEqual([1n, 2n]);
});

test('accounts for every frame exactly once, however they are cut into batches', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(4), { minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60 }),
      (sources, cuts) => {
        const gate = new FreshnessGate(50);
        const frames = sources.map((source, seq) => aFrame({ seq, capturedMs: seq, sourceId: `s${source}` }));
        let told = 0;
        let seen = 0;
        for (let start = 0, cut = 0; start < frames.length; cut++) {
          const end = start + cuts[cut]!;
          const decision = gate.offer(batchOf(frames.slice(start, end), frames.length), 100);
          if (decision.state === 'admit') {
            seen += decision.admitted.length;
            for (const { record } of decision.admitted) told += readFrameMeta(record.headers).dropped?.count ?? 0;
          }
          start = end;
        }
        expect(seen + told).toBe(frames.length);
      },
    ),
  );
});

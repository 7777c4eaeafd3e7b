import type { ConsumerRecord } from '../ports/record.ts';
import type { OpenReader, StartPosition } from '../ports/sink.ts';
import { refusal } from '../kafka/refusal.ts';
import type { MemoryClient } from './client.ts';
import type { PartitionLog } from './partition-log.ts';
import { offsetOf } from './start-offsets.ts';

const FETCH_BYTES = 1024 * 1024;

type Request = Parameters<OpenReader>[0];

/** Creates the reader of topics in memory: it belongs to no group. */
export function createMemoryReader(client: MemoryClient): OpenReader {
  return (request) => follow(client, request);
}

interface Place {
  readonly log: PartitionLog;
  position: bigint;
}

async function* follow(client: MemoryClient, { topic, from, signal }: Request): AsyncGenerator<ConsumerRecord> {
  if (signal.aborted) return;
  const places = placesOf(client, topic, from);
  let wake = (): void => undefined;
  const woken = (): void => wake();
  const unwatch = places.map(({ log }) => log.watch(woken));
  signal.addEventListener('abort', woken);
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      let found = false;
      for (const place of places)
        for (const record of nextOf(place)) {
          found = true;
          yield record;
          if (isAborted(signal)) return;
        }
      if (!found) await changed;
      if (isAborted(signal)) return;
    }
  } finally {
    signal.removeEventListener('abort', woken);
    for (const stop of unwatch) stop();
  }
}

function nextOf(place: Place): readonly ConsumerRecord[] {
  const { log } = place;
  if (place.position < log.low) place.position = log.low;
  const piece = log.read(place.position, { maxBytes: FETCH_BYTES });
  if (!piece) return [];
  place.position = piece.nextOffset;
  return piece.records;
}

/** It may have changed while the record was with its taker. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function placesOf({ broker }: MemoryClient, topic: string, from: StartPosition): Place[] {
  try {
    const { logs } = broker.topics.of(topic);
    if (typeof from === 'object' && 'partition' in from) {
      const only = logs.filter(({ partition: { partition } }) => partition === from.partition);
      return only.map((log) => ({ log, position: from.offset < log.stableEnd ? from.offset : log.stableEnd }));
    }
    return logs.map((log) => ({ log, position: offsetOf(log, from) }));
  } catch (error) {
    throw refusal(error, [topic]);
  }
}

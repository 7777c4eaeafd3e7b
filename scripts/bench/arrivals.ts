import { FatalError } from '../../pipeline/errors/pipeline-error.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import type { Cleanup } from './cleanup.ts';
import type { Running } from './running.ts';

/** A record of the last topic and when it was there. */
export interface Arrival {
  readonly record: ConsumerRecord;
  readonly arrivedMs: number;
}

/** Reads the last topic of a running topology, as any client would. */
export function arrivals(
  { plan, kafka, failed }: Running,
  cleanup: Cleanup,
): { next(): Promise<Arrival>; end(): Promise<void> } {
  const topic = Object.values(plan.stages.at(-1)?.to ?? {})[0] ?? '';
  const ended = new AbortController();
  const { signal } = ended;
  const records = kafka.openReader({ topic, from: 'earliest', signal })[Symbol.asyncIterator]();
  const end = cleanup.add(async () => {
    ended.abort();
    await records.return?.();
  });
  return {
    next: async () => {
      const result = await Promise.race([records.next(), failed]);
      const arrivedMs = systemClock.nowUs() / 1000;
      if (result.done !== true) return { record: result.value, arrivedMs };
      throw new FatalError('INTERNAL', `the reader of ${topic} has ended; the measurement is void`);
    },
    end,
  };
}

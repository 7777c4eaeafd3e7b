import { createHash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import { recordId } from '../task/record-identity.ts';
import type { TapPlan } from '../topology/plan.ts';

/** Decides by a hash of the record's identity, so that two taps with one share see the same records. */
export function isSampled(record: ConsumerRecord, share: number | null): boolean {
  if (share === null) return true;
  const hash = createHash('sha1').update(recordId(record)).digest().readUInt32BE(0);
  return hash < share * 2 ** 32;
}

/** Lets at most `perSecond` records through, evenly spaced. */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  #nextMs = 0;

  constructor(perSecond: TapPlan['rate'], clock: Clock) {
    this.#intervalMs = perSecond === null ? 0 : 1000 / perSecond;
    this.#clock = clock;
  }

  allows(): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#nextMs) return false;
    this.#nextMs = nowMs + this.#intervalMs;
    return true;
  }
}

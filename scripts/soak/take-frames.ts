import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { headerText, type ConsumerRecord } from '../../pipeline/ports/record.ts';
import { FrameLedger } from './frame-ledger.ts';

/** For the start of the workers, and of one that was killed. */
const GRACE_MS = 60_000;
/** What is still to come may be this much slower than what has come. */
const SLOWER = 3;

interface Taking {
  readonly frames: number;
  readonly next: () => Promise<{ readonly record: Pick<ConsumerRecord, 'headers'> }>;
  /** Called after every arrival with how many there were before it. */
  readonly onArrival: (count: number) => Promise<void>;
}

/** Takes frames until all have arrived, or until those that are missing should long have been there. */
export async function takeFrames({ frames, next, onArrival }: Taking): Promise<FrameLedger> {
  const ledger = new FrameLedger(frames);
  const startedMs = performance.now();
  let deadlineMs = startedMs + GRACE_MS;
  for (let count = 0; !ledger.isFull; count++) {
    const arrival = await before(deadlineMs, next());
    if (arrival === null) return ledger;
    const { headers } = arrival.record;
    const known = ledger.arrived;
    ledger.add({ ...readFrameMeta(headers).frame, recordId: headerText(headers, 'ce_id') ?? '' });
    if (ledger.arrived > known) {
      const nowMs = performance.now();
      const frameMs = (nowMs - startedMs) / ledger.arrived;
      deadlineMs = nowMs + GRACE_MS + SLOWER * frameMs * (frames - ledger.arrived);
    }
    await onArrival(count);
  }
  return ledger;
}

/** Null when the deadline comes first. */
async function before<T>(deadlineMs: number, coming: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), deadlineMs - performance.now());
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}

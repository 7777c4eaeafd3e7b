import { ManualClock } from '../../pipeline/memory/index.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { clockConformance } from '../conformance/clock.conformance.ts';

clockConformance({ name: 'of the machine', create: () => ({ clock: systemClock, pass: async () => undefined }) });
clockConformance({
  name: 'moved by hand',
  create: () => {
    const clock = new ManualClock(1_700_000_000_000);
    return { clock, pass: async (ms) => clock.advanceTo(clock.nowMs() + ms) };
  },
});

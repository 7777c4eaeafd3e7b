import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineProcessor } from '../../../pipeline/index.ts';

const deeds: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(7),
  abort: () => process.abort(),
  loop: () => spin(Infinity),
  busy: () => spin(1000),
  memory: () => {
    for (const hoard: unknown[] = []; ;) hoard.push(new Array(100_000).fill(hoard.length).map(String));
  },
  throw: () => void setTimeout(() => expire(), 1),
};

export default defineProcessor({
  name: 'deadly',
  summary: 'Does what a record says to its worker, and takes its time with the others.',
  options: z.strictObject({
    ms: z.number().nonnegative().default(0).describe('Milliseconds a record; 0: synchronous.'),
  }),
  process: ({ value }, { options }) => {
    const words = String(value);
    deeds[words]?.();
    const output = { value: words.toUpperCase() };
    return options.ms === 0 && words !== 'throw' ? output : sleep(Math.max(options.ms, 5), output);
  },
});

function spin(ms: number): void {
  const startedAt = performance.now();
  while (performance.now() - startedAt < ms);
}

function expire(): never {
  throw new Error('nobody catches this');
}

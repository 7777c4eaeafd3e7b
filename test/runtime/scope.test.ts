import { expect, test } from 'vitest';
import type { Processor } from '../../pipeline/ports/processor.ts';
import { aRecord } from '../task/records.ts';
import { stageHarness } from './stage-harness.ts';

test.each([1, 3])(
  'with onError.scope: partition nothing begins while a record waits for its next try (concurrency %d)',
  async (concurrency) => {
    const journal: string[] = [];
    let failures = 1;
    const processor: Processor = {
      process: ({ value }) => {
        journal.push(String(value));
        if (String(value) === 'a1' && failures-- > 0) throw new Error('not yet');
        return { value };
      },
    };
    const onError = { retries: 3, backoffMs: 20, then: 'deadLetter', crashes: 2, scope: 'partition' } as const;
    const stage = stageHarness({ processor, plan: { order: 'key', concurrency, onError } });
    const names = ['a1', 'b1', 'c1', 'd1', 'e1', 'f1'];
    await stage.put(
      names.map((name, n) => aRecord({ offset: BigInt(n), key: Buffer.from(name[0]!), value: Buffer.from(name) })),
    );
    await expect.poll(() => stage.sent.length).toBe(names.length);
    const second = journal.lastIndexOf('a1');
    // Those that ran side by side with the first try may have begun; no others.
    expect(journal.slice(0, second).length).toBeLessThanOrEqual(concurrency);
  },
);

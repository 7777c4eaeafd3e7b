import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineProcessor, type KeyValueStore } from '../../pipeline/index.ts';
import { explore, type ExploreOptions } from '../../pipeline/testing/index.ts';

const topology = `
name: shop
defaults: { partitions: 2 }
topics: { orders: {} }
stages:
  check: { from: orders, process: filter, with: { where: amount > 0 }, to: checked }
  totals: { from: checked, process: totals, to: totals }
`;

/** Keeps its sums where a crash does not reach them. */
const careful = defineProcessor({
  name: 'totals',
  summary: 'Sums.',
  options: z.strictObject({}),
  stores: { sums: { type: 'keyValue' } },
  process: ({ key, value }, context) => {
    const sums = context.store<KeyValueStore<number>>('sums');
    const sum = (sums.get(String(key)) ?? 0) + amountOf(value);
    sums.put(String(key), sum);
    return { value: JSON.stringify({ sum }) };
  },
});

/** Keeps its sums in memory alone. */
const forgetful = defineProcessor({
  name: 'totals',
  summary: 'Sums.',
  options: z.strictObject({}),
  create: () => {
    const sums = new Map<string, number>();
    return {
      process: ({ key, value }) => {
        const sum = (sums.get(String(key)) ?? 0) + amountOf(value);
        sums.set(String(key), sum);
        return { value: JSON.stringify({ sum }) };
      },
    };
  },
});

function amountOf(value: Buffer | null): number {
  return (JSON.parse(String(value)) as { readonly amount: number }).amount;
}

const options: ExploreOptions = {
  topology,
  input: {
    orders: Array.from({ length: 12 }, (_, n) => ({ key: `k${n % 3}`, value: { amount: (n % 5) - 1 } })),
  },
  guarantee: 'exactly-once',
  seed: 7,
  runs: 60,
};

test.each(['exactly-once', 'at-least-once'] as const)(
  'a topology that keeps its promise is %s in any story',
  async (guarantee) => {
    await explore({ ...options, guarantee, processors: [careful] });
  },
);

test('what a processor forgets when its worker dies is found, and told as the shortest story', async () => {
  const failed = await explore({ ...options, processors: [forgetful] }).catch((error: unknown) => error as Error);

  const { message } = failed as Error;
  const [sentence, ...story] = message.split('\n');
  const again = story.pop();
  expect(sentence).toMatch(
    /^run \d+ of 60 has not ended well: totals lacks .* too much, compared with a run without faults$/,
  );
  expect(story).toEqual(['  1. the broker refuses a write of totals once', '  2. the other records are put']);
  expect(again).toMatch(/^explore\(\{ seed: 7, path: '[\d:]+', \.\.\. \}\) tells it again$/);

  const path = /path: '([\d:]+)'/.exec(again ?? '')?.[1] ?? '';
  await expect(explore({ ...options, processors: [forgetful], path })).rejects.toThrow(story.join('\n'));
});

/** Works on a record once, whatever became of it. */
const once = defineProcessor({
  name: 'totals',
  summary: 'Does not do a thing twice.',
  options: z.strictObject({}),
  create: () => {
    const seen = new Set<bigint>();
    return {
      process: ({ offset, value }) => {
        if (seen.has(offset)) return null;
        seen.add(offset);
        return { value };
      },
    };
  },
});

test('a try that was in vain is found, whoever made it so', async () => {
  const wanted = 'the next call of totals fails when its work is done, and is tried again';
  const told = new Set<string>();
  for (let seed = 1; seed <= 20 && !told.has(wanted); seed++) {
    const exploring = explore({ ...options, seed, guarantee: 'at-least-once', processors: [once] });
    const { message } = (await exploring.catch((error: unknown) => error)) as Error;
    told.add(/1\. (.*)/.exec(message)?.[1] ?? message);
  }

  expect([...told]).toContain(wanted);
});

test('a check of ones own decides what is well', async () => {
  const seen: number[] = [];
  await explore({
    ...options,
    processors: [forgetful],
    runs: 10,
    check: (driver) => void seen.push(driver.readOutput('totals').length),
  });

  expect(new Set(seen)).toEqual(new Set([6]));
});

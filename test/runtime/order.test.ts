import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PoisonRecordError } from '../../pipeline/errors/pipeline-error.ts';
import type { Processor } from '../../pipeline/ports/processor.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import type { StagePlan } from '../../pipeline/topology/plan.ts';
import { aRecord } from '../task/records.ts';
import { stageHarness } from './stage-harness.ts';

/** `k1` is a record of key `k`. */
function recordsNamed(...names: string[]): ConsumerRecord[] {
  return names.map((name, index) =>
    aRecord({ offset: BigInt(index), key: Buffer.from(name.slice(0, 1)), value: Buffer.from(name) }),
  );
}

/** A processor whose records wait until they are let go, with what became of them. */
function gates() {
  const waiting = new Map<string, () => void>();
  const begun: string[] = [];
  const processor: Processor = {
    process: async ({ value }) => {
      begun.push(String(value));
      await new Promise<void>((resolve) => waiting.set(String(value), resolve));
      return { value };
    },
  };
  const release = async (name: string): Promise<void> => {
    waiting.get(name)!();
    waiting.delete(name);
    await settled();
  };
  return { processor, begun, release };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

const ahead = (plan: Partial<StagePlan>): Partial<StagePlan> => ({ concurrency: 3, order: 'key', ...plan });
const valuesOf = (records: readonly { readonly value: unknown }[]): string[] =>
  records.map(({ value }) => String(value));
const batchOf = (records: number): StagePlan['batch'] => ({ records, bytes: 1024 * 1024, lingerMs: 0 });
const scope = (of: 'partition' | 'key'): StagePlan['onError'] => ({
  retries: 3,
  backoffMs: 1,
  then: 'deadLetter',
  crashes: 2,
  scope: of,
});

test('with order: key a slow record holds up the records of its key and no others', async () => {
  const { processor, begun, release } = gates();
  const stage = stageHarness({ processor, plan: ahead({}) });

  await stage.put(recordsNamed('a1', 'a2', 'b1', 'c1', 'b2'));
  await settled();
  expect(begun).toEqual(['a1', 'b1', 'c1']);
  await release('b1');
  await release('c1');
  await release('b2');
  expect(valuesOf(stage.sent)).toEqual(['b1', 'c1', 'b2']);
  await release('a1');
  await release('a2');

  expect(valuesOf(stage.sent)).toEqual(['b1', 'c1', 'b2', 'a1', 'a2']);
});

test('commits the offset of the lowest unfinished record', async () => {
  const { processor, release } = gates();
  const stage = stageHarness({ processor, plan: ahead({}) });

  await stage.put(recordsNamed('a1', 'b1', 'c1'));
  await settled();
  await release('b1');
  await release('a1');
  await release('c1');

  expect(stage.journal).toEqual(['advance 3', 'send 1', 'commit 0', 'send 1', 'commit 2', 'send 1', 'commit 3']);
});

test('with order: none records of one key go ahead of each other', async () => {
  const { processor, release } = gates();
  const stage = stageHarness({ processor, plan: ahead({ order: 'none' }) });

  await stage.put(recordsNamed('a1', 'a2', 'a3'));
  await settled();
  for (const name of ['a3', 'a2', 'a1']) await release(name);

  expect(valuesOf(stage.sent)).toEqual(['a3', 'a2', 'a1']);
});

test('goes no further ahead of an unfinished record than one batch', async () => {
  const { processor, begun, release } = gates();
  const stage = stageHarness({ processor, plan: ahead({ concurrency: 10, batch: batchOf(3) }) });

  const putting = stage.put(recordsNamed('a1', 'b1', 'c1', 'd1'));
  await settled();
  await release('b1');
  await release('c1');
  expect(begun).toEqual(['a1', 'b1', 'c1']);
  await release('a1');
  await putting;
  await settled();

  expect(begun).toEqual(['a1', 'b1', 'c1', 'd1']);
});

test('with onError.scope: key a record that fails again and again parks its key alone, whose order is kept', async () => {
  let failures = 2;
  const processor: Processor = {
    process: ({ value }) => {
      if (String(value) === 'a1' && failures-- > 0) throw new Error('not yet');
      return { value };
    },
  };
  const stage = stageHarness({ processor, plan: ahead({ concurrency: 1, onError: scope('key') }) });

  await stage.put(recordsNamed('a1', 'a2', 'b1', 'c1'));
  await expect.poll(() => stage.sent.length).toBe(4);

  expect(valuesOf(stage.sent)).toEqual(['b1', 'c1', 'a1', 'a2']);
  expect(stage.journal.at(-1)).toBe('commit 4');
  expect(await stage.counters()).toMatchObject({ retries: 2, dead_letters: 0 });
});

test('with onError.scope: partition nothing begins while a record waits for its next try', async () => {
  const journal: string[] = [];
  let failures = 1;
  const processor: Processor = {
    process: ({ value }) => {
      journal.push(String(value));
      if (failures-- > 0) throw new Error('not yet');
      return { value };
    },
  };
  const stage = stageHarness({ processor, plan: ahead({ onError: scope('partition'), batch: batchOf(1) }) });

  await stage.put(recordsNamed('a1', 'b1'));
  await expect.poll(() => stage.sent.length).toBe(2);

  expect(journal).toEqual(['a1', 'a1', 'b1']);
});

test('a dead letter is written among the outputs of the others and the stage goes on', async () => {
  const processor: Processor = {
    process: async ({ value }) => {
      if (String(value) === 'b1') throw new PoisonRecordError('PROCESSING_FAILED', 'b1 is rotten');
      return { value };
    },
  };
  const stage = stageHarness({ processor, plan: ahead({}) });

  await stage.put(recordsNamed('a1', 'b1', 'b2'));
  await expect.poll(() => stage.sent.length).toBe(3);

  expect(stage.sent.map(({ topic, value }) => `${topic} ${String(value)}`).sort()).toEqual([
    'out a1',
    'out b2',
    't.work.dlq b1',
  ]);
  expect(stage.journal.at(-1)).toBe('commit 3');
});

test('gives up what is under way when the partition is lost: nothing of it is written', async () => {
  const { processor, release } = gates();
  const stage = stageHarness({ processor, plan: ahead({}) });
  const epoch = new AbortController();

  await stage.put(recordsNamed('a1', 'b1'), { signal: epoch.signal });
  await settled();
  epoch.abort();
  await release('a1');
  await release('b1');

  expect(stage.sent).toEqual([]);
  expect(stage.journal).toEqual(['advance 2']);
});

test('a processor with punctuations is refused where records go ahead of each other', () => {
  const processor: Processor = {
    schedule: [{ on: 'streamTime', everyMs: 1000, punctuate: () => null }],
    process: () => null,
  };

  expect(() => stageHarness({ processor, plan: ahead({}) })).toThrow(/order: key.*punctuations/);
});

test('whatever finishes when, every record is written once, keys keep their order and no commit passes an unwritten one', async () => {
  const names = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), turns: fc.nat(4), fails: fc.nat(2) }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 8 }),
      async (given, most, size) => {
        const tries = new Map<string, number>();
        const processor: Processor = {
          process: async ({ value, offset }) => {
            const { turns, fails } = given[Number(offset)]!;
            for (let turn = 0; turn < turns; turn++) await nextTurn();
            const nth = (tries.get(String(value)) ?? 0) + 1;
            tries.set(String(value), nth);
            if (nth <= fails) throw new Error('not yet');
            return { value };
          },
        };
        const onError = { ...scope('key'), backoffMs: 0 };
        const stage = stageHarness({ processor, plan: ahead({ concurrency: most, onError, batch: batchOf(size) }) });
        const records = recordsNamed(...given.map(({ key }, index) => `${key}${index}`));
        for (let at = 0; at < records.length; at += 7) await stage.put(records.slice(at, at + 7));
        await expect.poll(() => stage.sent.length, { interval: 1 }).toBe(records.length);
        await expect
          .poll(() => stage.journal.findLast((line) => line.startsWith('commit')), { interval: 1 })
          .toBe(records.length > 0 ? `commit ${records.length}` : undefined);

        for (const key of ['a', 'b', 'c', 'd'])
          expect(valuesOf(stage.sent).filter((name) => name.startsWith(key))).toEqual(
            valuesOf(records).filter((name) => name.startsWith(key)),
          );
        expect(commitsPassingUnwritten(stage.journal, valuesOf(stage.sent), valuesOf(records))).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

function commitsPassingUnwritten(journal: readonly string[], sent: readonly string[], records: readonly string[]) {
  const written = new Set<string>();
  let at = 0;
  return journal.filter((line) => {
    const [what, number] = line.split(' ');
    if (what === 'send') for (let n = 0; n < Number(number); n++) written.add(sent[at++]!);
    return what === 'commit' && records.slice(0, Number(number)).some((name) => !written.has(name));
  });
}

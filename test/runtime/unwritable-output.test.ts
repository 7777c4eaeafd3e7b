import { expect, test } from 'vitest';
import { ProduceError } from '../../pipeline/kafka/produce-error.ts';
import type { ErrorPolicy } from '../../pipeline/topology/plan.ts';
import { aRecord } from '../task/records.ts';
import { stageHarness, type StageHarness } from './stage-harness.ts';

const echo = { process: ({ value }: { value: Buffer | null }) => ({ value }) };

/** A stage whose second output its topic never takes. */
function stageWith(then: ErrorPolicy['then']): StageHarness {
  return stageHarness({
    processor: echo,
    plan: { onError: { retries: 0, backoffMs: 1, then, crashes: 0, scope: 'partition' } },
    onSend: (records) => {
      const record = records.findIndex(({ topic, value }) => topic === 'out' && String(value) === 'large');
      if (record >= 0) throw new ProduceError('RECORD_TOO_LARGE', 'it is too large', { record });
    },
  });
}

const input = ['a', 'large', 'b'].map((value, index) => aRecord({ offset: BigInt(index), value: Buffer.from(value) }));

test.each([
  { then: 'deadLetter', sent: ['out a', 't.work.dlq large', 'out b'], counted: 'dead_letters' },
  { then: 'skip', sent: ['out a', 'out b'], counted: 'skipped' },
] as const)('an output that can never be written ends as onError says: $then', async ({ then, sent, counted }) => {
  const stage = stageWith(then);

  await stage.put(input);

  expect(stage.sent.map(({ topic, value }) => `${topic} ${String(value)}`)).toEqual(sent);
  expect(stage.journal.at(-1)).toBe('commit 3');
  expect(await stage.counters()).toMatchObject({ [counted]: 1 });
});

test('an output that can never be written stops the stage where onError says fail, with nothing committed', async () => {
  const stage = stageWith('fail');

  await expect(stage.put(input)).rejects.toMatchObject({ code: 'PROCESSING_STOPPED' });

  expect(stage.journal).toEqual([]);
});

import { expect, test } from 'vitest';
import type { Processor } from '../../pipeline/ports/processor.ts';
import type { StagePlan } from '../../pipeline/topology/plan.ts';
import { aRecord } from '../task/records.ts';
import { stageHarness } from './stage-harness.ts';

const between = (serdes: StagePlan['serdes']): Partial<StagePlan> => ({ serdes });
const echo: Processor = { process: ({ value }) => ({ value }) };

test('a value that is not what the serde of its topic says is a dead letter, and the processor never sees it', async () => {
  const seen: string[] = [];
  const processor: Processor = { process: ({ value }) => void seen.push(String(value)) };
  const stage = stageHarness({ processor, plan: between({ in: 'json' }) });

  await stage.put([
    aRecord({ offset: 0n, value: Buffer.from('{"a":1}') }),
    aRecord({ offset: 1n, value: Buffer.from('{"a":') }),
    aRecord({ offset: 2n, value: null }),
  ]);

  expect(seen).toEqual(['{"a":1}', 'null']);
  expect(stage.sent.map(({ topic, headers }) => [topic, headers['tapline.dlq.error-code']])).toEqual([
    ['t.work.dlq', 'VALUE_UNREADABLE'],
  ]);
  expect(String(stage.sent[0]!.headers['tapline.dlq.error-message'])).toMatch(
    /^the value of in-0@1 cannot be read as json, which is the serde of its topic: .*topics\.in\.serde$/,
  );
});

test('text that is not UTF-8 is a dead letter of a topic of strings', async () => {
  const stage = stageHarness({ processor: echo, plan: between({ in: 'string' }) });

  await stage.put([aRecord({ value: Buffer.from([0xff, 0xfe]) })]);

  expect(stage.sent.map(({ topic }) => topic)).toEqual(['t.work.dlq']);
});

test('what a stage makes is checked against the serde of its topic, and says what it is', async () => {
  const processor: Processor = { process: ({ value }) => ({ value: String(value) === 'bad' ? 'no json' : '[1]' }) };
  const stage = stageHarness({ processor, plan: between({ out: 'json' }) });

  await stage.put([
    aRecord({ offset: 0n, value: Buffer.from('good'), headers: { 'content-type': Buffer.from('text/plain') } }),
    aRecord({ offset: 1n, value: Buffer.from('bad') }),
  ]);

  expect(stage.sent.map(({ topic }) => topic)).toEqual(['out', 't.work.dlq']);
  expect(String(stage.sent[0]!.headers['content-type'])).toBe('application/json');
});

test('a processor meets inputs with the content type that the serde of their topic says', async () => {
  const types: string[] = [];
  const processor: Processor = { process: ({ headers }) => void types.push(String(headers['content-type'])) };
  const stage = stageHarness({ processor, plan: between({ in: 'string' }) });

  await stage.put([aRecord({ value: Buffer.from('42') })]);

  expect(types).toEqual(['text/plain; charset=utf-8']);
});

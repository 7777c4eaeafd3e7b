import { expect, test } from 'vitest';
import type { Processor } from '../../pipeline/ports/processor.ts';
import { aRecord } from '../task/records.ts';
import { until } from '../integration/until.ts';
import { stageHarness } from './stage-harness.ts';

function striking(on: 'streamTime' | 'wallClockTime', everyMs: number): Processor {
  return {
    process: () => ({ value: 'record' }),
    schedule: [{ on, everyMs, punctuate: ({ timeMs }) => ({ value: `struck ${on === 'streamTime' ? timeMs : ''}` }) }],
  };
}

const at = (timestampMs: number, offset: number) => aRecord({ timestampMs, offset: BigInt(offset) });

test('a punctuation on stream time follows the record that passes a multiple of its interval, once however far it jumps', async () => {
  const stage = stageHarness({ processor: striking('streamTime', 1000) });

  await stage.put([at(500, 0), at(900, 1), at(1100, 2), at(1050, 3)]);
  await stage.put([at(1999, 4), at(5300, 5), at(5400, 6)]);

  expect(stage.sent.map(({ value }) => value)).toEqual([
    ...['record', 'record', 'record', 'struck 1000', 'record'],
    ...['record', 'record', 'struck 5000', 'record'],
  ]);
  const ids = stage.sent.map(({ headers }) => String(headers['ce_id']));
  expect(new Set(ids).size).toBe(ids.length);
});

test('a punctuation on wall-clock time strikes while no records come, and not before the first', async () => {
  const stage = stageHarness({ processor: striking('wallClockTime', 5) });
  expect(stage.sent).toEqual([]);

  await stage.put([at(500, 0)]);
  await until(() => stage.sent.filter(({ value }) => String(value).startsWith('struck')).length >= 3, {
    what: 'three strikes',
  });

  expect(stage.sent[0]!.value).toBe('record');
  const ids = stage.sent.map(({ headers }) => String(headers['ce_id']));
  expect(new Set(ids).size).toBe(ids.length);
  await stage.stop();
});

test('a punctuation that fails on stream time fails its record, which goes to the dead letters', async () => {
  const punctuate = (): never => {
    throw new Error('no');
  };
  const processor: Processor = {
    process: () => ({ value: 'record' }),
    schedule: [{ on: 'streamTime', everyMs: 1000, punctuate }],
  };
  const stage = stageHarness({
    processor,
    plan: { onError: { retries: 0, backoffMs: 1, then: 'deadLetter', crashes: 0, scope: 'partition' } },
  });

  await stage.put([at(500, 0), at(1500, 1), at(1600, 2)]);

  expect(stage.sent.map(({ topic }) => topic)).toEqual(['out', 't.work.dlq', 'out']);
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ProcessResult } from '../../pipeline/ports/processor.ts';
import { MemoryTopology } from './memory-topology.ts';

test.each([
  { what: 'a number as value', output: { value: 5 } },
  { what: 'an object as value', output: { value: { a: 1 } } },
  { what: 'NaN as time', output: { value: 'x', timestampMs: NaN } },
  { what: 'half a millisecond', output: { value: 'x', timestampMs: 1_700_000_000_000.5 } },
  { what: 'a number as header', output: { value: 'x', headers: { n: 5 } } },
  { what: 'a number as key', output: { value: 'x', key: 5 } },
  { what: 'a text', output: 'x' },
  { what: 'undefined in a list', output: [undefined] },
])('an output with $what is a fault of its record and stops no stage', async ({ output }) => {
  const topology = new MemoryTopology();
  await topology.createTopics();
  const { worker } = await topology.start({
    process: ({ value }) => (String(value) === 'bad' ? (output as unknown as ProcessResult) : { value }),
  });
  let failed: unknown = null;
  worker.done.catch((error: unknown) => (failed = error));
  await topology.send({ value: 'bad' }, { value: 'good' });
  for (let n = 0; n < 300; n++) await nextTurn();
  const out = await topology.read('out');
  void worker.stop();
  expect({ failed, good: out.includes('good') }).toEqual({ failed: null, good: true });
});

import assert from 'node:assert';
import { test } from 'node:test';
import { runSource } from 'tapline/testing';
import source from './template-name.ts';

await test('makes a record every so often', async () => {
  const { records, deadLetters } = await runSource(source, { with: { every: '10s' }, limit: 2 });

  assert.deepEqual(
    records.map(({ value }) => value),
    [{ number: 1 }, { number: 2 }],
  );
  assert.deepEqual(deadLetters, []);
});

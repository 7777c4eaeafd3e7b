import assert from 'node:assert';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSink } from 'tapline/testing';
import sink from './template-name.ts';

await test('keeps every text', async (t) => {
  const baseDirectory = await mkdtemp(join(tmpdir(), 'template-name-'));
  t.after(() => rm(baseDirectory, { recursive: true }));

  await runSink(sink, {
    baseDirectory,
    with: { path: 'out' },
    records: [{ value: { text: 'a' } }, { value: { text: 'b' } }],
  });

  assert.equal(await readFile(join(baseDirectory, 'out'), 'utf8'), 'a\nb\n');
});

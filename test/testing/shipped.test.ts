import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { topologyFolder } from '../registry/topology-folder.ts';

const topology = `
name: shop
topics: { orders: {} }
stages:
  totals: { from: orders, process: ./processors/double.ts, to: totals }
`;
const double = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'double',
  summary: 'Doubles.',
  options: z.strictObject({}),
  process: ({ value }) => ({ value: String(Number(value) * 2) }),
});
`;
const usersTest = `
import assert from 'node:assert';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestDriver, type TopologyTestDriver } from 'tapline/testing';

const driver: TopologyTestDriver = await createTestDriver({
  topology: fileURLToPath(new URL('./topology.yaml', import.meta.url)),
});
after(() => driver.close());

test('doubles', async () => {
  await driver.pipeInput('orders', { key: 'a', value: 21 });
  assert.deepEqual(driver.readOutput('totals').map(({ value }) => value), [42]);
});
`;

test('a test of a user in TypeScript drives his topology, and leaves nothing that keeps its process alive', async () => {
  const folder = await topologyFolder({
    'topology.yaml': topology,
    'processors/double.ts': double,
    'shop.test.ts': usersTest,
  });

  const child = spawn(process.execPath, ['--import', 'tsx', join(folder, 'shop.test.ts')], { cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += String(bytes)));
  const code = await new Promise((resolve) => child.once('close', resolve));

  expect(output).toMatch(/# pass 1|ℹ pass 1/);
  expect(code).toBe(0);
});

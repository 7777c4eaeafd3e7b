import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf } from '../../pipeline/registry/module-code.ts';
import { readTopology } from '../../pipeline/registry/read-topology.ts';
import { topologyFolder } from './topology-folder.ts';

const files = {
  'processors/big.ts': `import { limit } from './lib/limit.js';\nexport { x } from "../shared";\nimport 'zod';\nconst y = await import('./late.mjs');`,
  'processors/lib/limit.ts': `import '../big.ts'; // and back\nexport const limit = 5;`,
  'processors/late.mjs': `const z = require('./table.json');`,
  'processors/table.json': '{}',
  'processors/other.ts': '',
  'shared/index.ts': `import type { T } from './absent.ts';`,
};

test('the code of a module is its file and all local files it imports, in whatever way, and round in circles', async () => {
  const folder = await topologyFolder(files);

  const code = await codeOf(join(folder, 'processors/big.ts'));

  expect(code.files.map((file) => relative(folder, file))).toEqual([
    'processors/big.ts',
    'processors/late.mjs',
    'processors/lib/limit.ts',
    'processors/table.json',
    'shared/index.ts',
  ]);
});

test('its digest is the same wherever it lies, and another when any of its files changes', async () => {
  const [one, other] = [await topologyFolder(files), await topologyFolder(files)];
  const digest = async (folder: string): Promise<string> => (await codeOf(join(folder, 'processors/big.ts'))).digest;
  const before = await digest(one);
  expect(await digest(other)).toBe(before);

  await writeFile(join(one, 'processors/other.ts'), 'export {};');
  expect(await digest(one)).toBe(before);
  await writeFile(join(one, 'processors/table.json'), '[]');

  expect(await digest(one)).not.toBe(before);
});

test('a plan knows the code of its modules and not of what is built in, and reading tells their files', async () => {
  const folder = await topologyFolder({
    ...files,
    'processors/big.mjs': `
import { z } from 'zod';
import './late.mjs';
export default { kind: 'processor', name: 'big', options: z.strictObject({}), create: () => ({ process: () => null }) };`,
    'processors/late.mjs': '',
    'topology.yaml': `
name: shop
topics: { orders: {} }
stages:
  big: { from: orders, process: ./processors/big.mjs, to: large }
  all: { from: large, process: filter, to: all, with: { where: 'true' } }
`,
  });

  const { plan, files: read } = await readTopology({ file: join(folder, 'topology.yaml') });

  const codes = plan.stages.map(({ code }) => code);
  expect(codes).toEqual([(await codeOf(join(folder, 'processors/big.mjs'))).digest, undefined]);
  expect(read.map((file) => relative(folder, file))).toEqual([
    'topology.yaml',
    'processors/big.mjs',
    'processors/late.mjs',
  ]);
});

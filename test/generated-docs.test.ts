import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../pipeline/errors/catalogue.ts';
import { generateDocs } from '../scripts/generate-docs.ts';

describe('generated documents', () => {
  it.each(['docs/topology.schema.json', 'docs/topology-test.schema.json', 'docs/reference.md', 'docs/errors.md'])(
    '%s is what npm run generate writes',
    async (path) => {
      const generated = (await generateDocs()).get(path);

      expect(await readFile(path, 'utf8')).toBe(generated);
    },
  );

  it('lists every error code', async () => {
    const text = (await generateDocs()).get('docs/errors.md') ?? '';

    const missing = Object.keys(catalogue).filter((code) => !text.includes(`\`${code}\``));
    expect(missing).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PipelineError, PoisonRecordError, RetriableError } from '../../pipeline/errors/pipeline-error.ts';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import { loadDefinition, loadRegistry } from '../../pipeline/registry/load.ts';
import { parseTopology } from '../../pipeline/topology/parse.ts';
import { topologyFolder } from './topology-folder.ts';

const TYPESCRIPT = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
import { limit } from './limit.ts';

interface Reading { readonly celsius: number }

export default defineProcessor({
  name: 'alert',
  summary: 'Lets through what is too hot.',
  options: z.strictObject({ above: z.number().default(limit) }),
  process: ({ value }, { options }) => {
    const { celsius } = JSON.parse(String(value)) as Reading;
    return celsius > options.above ? { value } : null;
  },
});
`;

const JAVASCRIPT = `
import { z } from 'zod';
import { defineSink } from 'tapline';
export default defineSink({
  name: 'mail', summary: 'Mails.', options: z.strictObject({}), mode: 'durable',
  create: () => ({ write: () => undefined }),
});
`;

const COMMONJS = `
const { z } = require('zod');
module.exports = {
  kind: 'source', name: 'old', summary: 'From before.', options: z.strictObject({}), produces: 'records',
  nature: () => ({ endless: false, live: false }), records: async function* () {},
};
`;

const stage = (process: string) => parseTopology(`stages: { a: { from: x, process: "${process}" } }`, 't.yaml').root;

async function loadStage(process: string, files: Readonly<Record<string, string>>) {
  const folder = await topologyFolder(files);
  const { registry, findings } = await loadRegistry(stage(process), folder);
  return {
    folder,
    registered: registry.processors.get(process),
    findings: findings.map(({ text }) => text.replaceAll(folder, '.')),
  };
}

describe('modules of the user', () => {
  it.each(['./mine/alert.ts', './mine/alert', './other/../mine/alert.ts'])(
    'loads TypeScript by its path: %s',
    async (path) => {
      const { registered, folder, findings } = await loadStage(path, {
        'mine/alert.ts': TYPESCRIPT,
        'mine/limit.ts': 'export const limit: number = 30;',
      });

      expect(findings).toEqual([]);
      expect(registered).toMatchObject({ id: join(folder, 'mine/alert.ts'), definition: { name: 'alert' } });
      expect(registered?.definition.options.parse({})).toEqual({ above: 30 });
    },
  );

  it.each(['processors/alert.ts', 'processors/alert/index.ts'])('finds a bare name as %s', async (file) => {
    const limit = `${file.slice(0, file.lastIndexOf('/'))}/limit.ts`;

    const { registered } = await loadStage('alert', { [file]: TYPESCRIPT, [limit]: 'export const limit = 1;' });

    expect(registered?.definition.name).toBe('alert');
  });

  it('lets a built-in win over a file of the same name', async () => {
    const { registered } = await loadStage('resize', { 'processors/resize.ts': 'throw new Error("not me")' });

    expect(registered?.id).toBe('resize');
  });

  it('loads JavaScript, as ES modules and as CommonJS', async () => {
    const folder = await topologyFolder({
      'sinks/mail.mjs': JAVASCRIPT,
      'old/package.json': '{}',
      'old/source.js': COMMONJS,
    });
    const yaml = 'sources: { s: { type: ./old/source.js } }\ntaps: { m: { sink: mail } }';

    const { registry, findings } = await loadRegistry(parseTopology(yaml, 't.yaml').root, folder);

    expect(findings).toEqual([]);
    expect(registry.sources.get('./old/source.js')?.definition.name).toBe('old');
    expect(registry.sinks.get('mail')?.definition.mode).toBe('durable');
  });

  it('gives a worker the same definition by the id of the plan', async () => {
    const { registered } = await loadStage('./p.ts', {
      'p.ts': TYPESCRIPT.replace("'./limit.ts'", "'./q.ts'"),
      'q.ts': 'export const limit = 2;',
    });

    const again = await loadDefinition('processor', registered?.id ?? '');

    expect(again.options.parse({})).toEqual({ above: 2 });
    await expect(loadDefinition('processor', 'resize')).resolves.toMatchObject({ name: 'resize' });
    await expect(loadDefinition('processor', 'nothing')).rejects.toMatchObject({ code: 'TOPOLOGY_UNKNOWN_PROCESSOR' });
  });

  it.each([
    {
      name: 'a syntax error',
      text: 'export default {\n  name: 3 3,\n};\n',
      finding:
        'TOPOLOGY_BROKEN_MODULE stage "a": ./p.ts:2:10 does not load: Expected "}" but found "3"; correct the module',
    },
    {
      name: 'no default export',
      text: 'export const x = 1;',
      finding:
        'TOPOLOGY_BROKEN_MODULE stage "a": ./p.ts has no default export; end it with export default defineProcessor({ ... })',
    },
    {
      name: 'a default export of no kind',
      text: 'export default () => null;',
      finding:
        'TOPOLOGY_BROKEN_MODULE stage "a": ./p.ts exports no processor; end it with export default defineProcessor({ ... })',
    },
    {
      name: 'the wrong kind',
      text: JAVASCRIPT,
      finding:
        'TOPOLOGY_BROKEN_MODULE stage "a": ./p.ts exports a sink, and a processor is wanted; end it with export default defineProcessor({ ... })',
    },
    {
      name: 'no options schema',
      text: 'export default { kind: "processor", name: "p", options: {}, create() {} };',
      finding:
        'TOPOLOGY_BROKEN_MODULE stage "a": ./p.ts has no options schema of zod 4; give it options: z.strictObject({ ... })',
    },
    {
      name: 'nothing to run',
      text: 'import { z } from "zod";\nexport default { kind: "processor", name: "p", options: z.object({}) };',
      finding:
        'TOPOLOGY_BROKEN_MODULE stage "a": ./p.ts exports a processor without create(); end it with export default defineProcessor({ ... })',
    },
  ])('tells of $name', async ({ text, finding }) => {
    const { findings } = await loadStage('./p.ts', { 'p.ts': text });

    expect(findings).toEqual([`t.yaml:1:34 ${finding}`]);
  });

  // In a process of its own, as the test runner has a way with stacks that hides the lines of TypeScript.
  it('tells the line of an error while TypeScript loads', async () => {
    const folder = await topologyFolder({ 'p.ts': 'interface A { a: 1 }\n\n  throw new Error("no key");\n' });
    const path = join(folder, 'p.ts');
    const loader = JSON.stringify(compiledEntry('../../pipeline/registry/load.ts', import.meta.url));
    const script = `import { loadDefinition } from ${loader};
      await loadDefinition('processor', ${JSON.stringify(path)}).catch(({ message }) => process.stdout.write(message));`;

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);

    expect(stdout).toBe(`${path}:3:9 does not load: no key; correct the module`);
  });

  it('knows the errors of the contract again when TypeScript throws them', async () => {
    const text = `
      import { PoisonRecordError } from '${pathToFileURL('pipeline/index.ts').href}';
      throw new PoisonRecordError('PROCESSING_FAILED', 'thrown by a copy of the class');
    `;
    const folder = await topologyFolder({ 'p.ts': text });

    const thrown: unknown = await loadDefinition('processor', join(folder, 'p.ts')).catch((error: unknown) => error);

    const cause = (thrown as Error).cause;
    expect(cause).toMatchObject({ message: 'thrown by a copy of the class' });
    expect(cause instanceof PoisonRecordError).toBe(true);
    expect(cause instanceof PipelineError).toBe(true);
    expect(cause instanceof RetriableError).toBe(false);
  });

  it('tells of a package that is not installed', async () => {
    const { findings } = await loadStage('./p.mjs', { 'p.mjs': 'import "not-installed-here";' });

    expect(findings[0]).toMatch(/BROKEN_MODULE stage "a": \.\/p\.mjs\S* does not load: .*not-installed-here/);
  });

  it('guesses which file was meant', async () => {
    const { findings } = await loadStage('./processors/alrt.ts', { 'processors/alert.ts': TYPESCRIPT });

    expect(findings).toEqual([
      't.yaml:1:34 TOPOLOGY_UNKNOWN_PROCESSOR stage "a": there is no file ./processors/alrt.ts; did you mean "alert.ts"?',
    ]);
  });

  it.each(['../secret', 'a/b', '..', 'https://example.com/p.ts', 'data:text/javascript,1', 'node:fs'])(
    'imports nothing for the name %s',
    async (name) => {
      const { registered } = await loadStage(name, { 'processors/a/b.ts': TYPESCRIPT });

      expect(registered).toBeUndefined();
    },
  );
});

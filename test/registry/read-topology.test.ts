import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../pipeline/errors/pipeline-error.ts';
import { TopologyInvalidError, checkTopology, readTopology } from '../../pipeline/registry/read-topology.ts';
import { topologyFolder } from './topology-folder.ts';

const GOOD = `
name: rows
topics: { rows: {}, spare: {} }
stages: { pick: { from: rows, process: filter, to: picked, with: { where: "a > 1" }, maxAge: 1s } }
`;

async function fileOf(content: string | Uint8Array): Promise<string> {
  return join(await topologyFolder({ 't.yaml': content }), 't.yaml');
}

async function refusal(file: string): Promise<UserError> {
  const thrown: unknown = await readTopology({ file }).catch((error: unknown) => error);
  if (thrown instanceof UserError) return thrown;
  throw new Error(`${file} was not refused`);
}

describe('reading a topology', () => {
  it('gives a plan, a registry and the warnings', async () => {
    const file = await fileOf(GOOD);

    const { plan, registry, findings } = await readTopology({ file });

    expect(plan).toMatchObject({ name: 'rows', file, stages: [{ name: 'pick', process: 'filter', maxAgeMs: null }] });
    expect(registry.processors.get('filter')?.definition.name).toBe('filter');
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning TOPOLOGY_UNUSED_TOPIC',
      'warning TOPOLOGY_NO_EFFECT',
    ]);
  });

  it('throws every finding at once, one a line', async () => {
    const file = await fileOf('name: t\nstages: { a: { form: x, process: filtr } }\n');

    const error = await readTopology({ file, set: ['stages.b.to=y'] }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(TopologyInvalidError);
    expect(error).toMatchObject({ name: 'TopologyInvalidError', code: 'TOPOLOGY_INVALID' });
    expect((error as Error).message.replaceAll(file, 't.yaml').split('\n')).toEqual([
      't.yaml:2:11 TOPOLOGY_MISSING_KEY stage "a" lacks "from"; add it (topic it reads, or a list of topics)',
      't.yaml:2:16 TOPOLOGY_UNKNOWN_KEY stage "a" has no key "form"; did you mean "from"?',
      't.yaml:2:34 TOPOLOGY_UNKNOWN_PROCESSOR stage "a" has process "filtr", which does not exist; did you mean "filter"?',
      '--set stages.b.to TOPOLOGY_BAD_OVERRIDE there is no "b" under stages; did you mean "a"?',
    ]);
  });

  it('tells a broken module once, at the place that names it', async () => {
    const file = await fileOf('name: t\ntopics: { x: {} }\nstages: { a: { from: x, process: ./p.ts } }\n');

    const findings = await checkTopology({ file });

    expect(findings.map(({ line, code }) => `${line} ${code}`)).toEqual(['3 TOPOLOGY_UNKNOWN_PROCESSOR']);
  });

  it('runs no module of a file that is no YAML', async () => {
    const file = await fileOf('stages: { a: { process: ./p.ts }\n: :\n');

    const findings = await checkTopology({ file });

    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['TOPOLOGY_YAML']));
  });

  it('refuses what is no file of text', async () => {
    const folder = await topologyFolder({
      'a.yaml': GOOD,
      'big.yaml': `# ${'x'.repeat(1024 * 1024)}`,
      'latin.yaml': Buffer.from([0x61, 0xe9, 0x62]),
    });
    await mkdir(join(folder, 'sub'));
    const refusals = await Promise.all(
      ['sub', 'aa.yaml', 'big.yaml', 'latin.yaml', 'none/t.yaml'].map((name) => refusal(join(folder, name))),
    );

    expect(refusals.map(({ code, message }) => `${code} ${message.replaceAll(folder, '.')}`)).toEqual([
      'TOPOLOGY_UNREADABLE ./sub is a folder; name the file in it, such as ./sub/topology.yaml',
      'TOPOLOGY_UNREADABLE there is no file ./aa.yaml; did you mean "a.yaml"?',
      'TOPOLOGY_TOO_LARGE ./big.yaml has 1.0 MB, and 1 MB is the most; is it a topology?',
      'TOPOLOGY_UNREADABLE ./latin.yaml is not UTF-8 text; save it as UTF-8',
      'TOPOLOGY_UNREADABLE there is no file ./none/t.yaml; the folder ./none does not exist either',
    ]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'refuses a file it may not read (skipped for root, who may read all)',
    async () => {
      const file = await fileOf(GOOD);
      await chmod(file, 0);

      expect(await refusal(file)).toMatchObject({ code: 'TOPOLOGY_UNREADABLE' });
    },
  );

  it('calls an empty file empty', async () => {
    expect((await refusal(await fileOf(''))).message).toMatch(/1:1 TOPOLOGY_EMPTY the topology file is empty/);
  });
});

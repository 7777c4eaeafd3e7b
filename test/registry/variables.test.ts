import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTopology, readTopology } from '../../pipeline/registry/read-topology.ts';
import { lines } from '../topology/lint-case.ts';
import { topologyFolder } from './topology-folder.ts';

type Environment = Readonly<Record<string, string>>;

const topology = (stage: string, ...more: readonly string[]): string =>
  lines(
    'name: shop',
    'topics: { lines: {} }',
    `stages:`,
    `  keep: { from: lines, process: filter, to: kept, ${stage} }`,
    ...more,
  );

async function stageOf(text: string, environment: Environment = {}, set: readonly string[] = []) {
  const folder = await topologyFolder({ 't.yaml': text });
  const { plan } = await readTopology({ file: join(folder, 't.yaml'), environment, set });
  return plan.stages[0];
}

/** The path of a source that reads a file of this name. */
async function pathOf(written: string, environment: Environment = {}) {
  const source = lines('name: t', `sources: { in: { type: file-tail, to: lines, with: { path: ${written} } } }`);
  const folder = await topologyFolder({ 't.yaml': source });
  const { plan } = await readTopology({ file: join(folder, 't.yaml'), environment });
  return (plan.sources[0]?.options as { readonly path: string }).path;
}

async function lint(text: string, environment: Environment = {}) {
  const folder = await topologyFolder({ 't.yaml': text });
  const findings = await checkTopology({ file: join(folder, 't.yaml'), environment });
  return findings.map((finding) => finding.text.replaceAll(`${folder}/`, ''));
}

const WHERE = 'with: { where: "n > 1" }';

describe('variables', () => {
  it('stand for what the environment says, in any part of a value', async () => {
    const text = topology('timeout: ${SECONDS}s, with: { where: "n > ${LEAST}" }');

    expect(await stageOf(text, { SECONDS: '7', LEAST: '3' })).toMatchObject({
      timeoutMs: 7000,
      options: { where: 'n > 3' },
    });
  });

  it('have the type YAML would give their text, where they are the whole value and not in quotes', async () => {
    const text = topology(`replicas: \${N:-2}, state: \${WHERE:-disk}, ${WHERE}`);

    expect(await stageOf(text)).toMatchObject({ replicas: 2, state: 'disk' });
    expect(await stageOf(text, { N: '3' })).toMatchObject({ replicas: 3 });
    expect(await lint(topology(`replicas: "\${N:-2}", ${WHERE}`))).toEqual([
      't.yaml:4:61 TOPOLOGY_INVALID_VALUE stage "keep": replicas is "2"; it must be a number',
    ]);
  });

  it('take their default where the environment has nothing or nothing in it', async () => {
    expect(await pathOf('"${PATH:-a, b: c # d}"', { PATH: '' })).toBe('a, b: c # d');
    expect(await pathOf('${PATH:-a, b: [c] # d}')).toBe('a, b: [c] # d');
    expect(await pathOf('a${NONE:-}b')).toBe('ab');
    expect(await pathOf("'${PATH:-''a'' \"b\" \\c}'")).toBe(`'a' "b" \\c`);
  });

  it('are written out with $${', async () => {
    expect(await pathOf('"$${a} & $$ & $b"')).toBe('${a} & $$ & $b');
  });

  it('are found in what --set says, too', async () => {
    const text = topology(WHERE);

    expect(
      await stageOf(text, { N: '4' }, ['stages.keep.replicas=${N}', 'stages.keep.timeout=${T:-3s}']),
    ).toMatchObject({
      replicas: 4,
      timeoutMs: 3000,
    });
  });

  it('stay what they are in keys and under x-', async () => {
    expect(await lint(topology(WHERE, 'x-mine: ${NOT_SET}'))).toEqual([]);
    expect(await lint(topology(WHERE, '"${KEY}": 1'), { KEY: 'taps' })).toEqual([
      't.yaml:5:1 TOPOLOGY_UNKNOWN_KEY the topology has no key "${KEY}"; known are extends, name, defaults, topics, sources, stages and taps',
    ]);
  });

  it('are told all at once where they are missing, with other faults and without guesses', async () => {
    const text = topology('replicas: ${N}, with: { where: "${A} and ${B}" }, timeout: 3', 'tasp: {}');

    expect(await lint(text, { B: '' })).toEqual([
      't.yaml:4:61 TOPOLOGY_VARIABLE_MISSING the variable N is not set; set it, as in N=..., or give a default: ${N:-...}',
      't.yaml:4:82 TOPOLOGY_VARIABLE_MISSING the variable A is not set; set it, as in A=..., or give a default: ${A:-...}',
      't.yaml:4:82 TOPOLOGY_VARIABLE_MISSING the variable B is empty; set it, as in B=..., or give a default: ${B:-...}',
      't.yaml:4:110 TOPOLOGY_INVALID_VALUE stage "keep": timeout is 3; it must be a duration such as 100ms, 10s, 10m, 2h or 14d',
      't.yaml:5:1 TOPOLOGY_UNKNOWN_KEY the topology has no key "tasp"; did you mean "taps"?',
    ]);
  });

  it('are told once where an alias repeats them', async () => {
    const text = lines(
      'x-a: &a { timeout: "${T}" }',
      topology(`<<: *a, ${WHERE}`, '  other: { <<: *a, from: kept, process: decode }'),
    );

    expect((await lint(text)).filter((finding) => finding.includes('VARIABLE'))).toEqual([
      't.yaml:1:20 TOPOLOGY_VARIABLE_MISSING the variable T is not set; set it, as in T=..., or give a default: ${T:-...}',
    ]);
  });

  it('are told where they are none', async () => {
    const literal = 'for the characters themselves write $${';

    expect(await lint(topology('with: { where: "${a b}" }'))).toEqual([
      't.yaml:4:66 TOPOLOGY_VARIABLE_INVALID "${a b}" names no variable; ' +
        `write \${NAME}, \${NAME:-default}, \${secret:NAME} or \${file:path}, or ${literal}`,
    ]);
    expect(await lint(topology('with: { where: "${A:-${B}}" }'))).toEqual([
      `t.yaml:4:66 TOPOLOGY_VARIABLE_INVALID "\${" has no "}" of its own after it; close it, or ${literal}`,
      't.yaml:4:66 TOPOLOGY_VARIABLE_MISSING the variable B is not set; set it, as in B=..., or give a default: ${B:-...}',
    ]);
  });

  it('are not asked for where an overlay says otherwise', async () => {
    const folder = await topologyFolder({
      't.yaml': topology(`replicas: \${N}, ${WHERE}`),
      'o.yaml': 'stages: { keep: { replicas: 2 } }',
    });

    const { plan } = await readTopology({ file: join(folder, 't.yaml'), overlays: [join(folder, 'o.yaml')] });

    expect(plan.stages[0]?.replicas).toBe(2);
  });
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTopology, readTopology } from '../../pipeline/registry/read-topology.ts';
import { lines } from '../topology/lint-case.ts';
import { topologyFolder } from './topology-folder.ts';

const MARKER = 'hunter2-and-more';

const USER_SINK = `
import { z } from 'zod';
import { defineSink } from 'tapline';
export default defineSink({
  name: 'mail', summary: 'Mails.', mode: 'durable',
  options: z.strictObject({
    password: z.string().max(20, { error: 'must have at most 20 characters' }),
    url: z.string().optional(),
    to: z.array(z.string()).default([]),
    key: z.string().optional().transform((key) => key && key.toUpperCase()),
  }),
  create: () => ({ write: () => undefined }),
});
`;

const topology = (options: string): string =>
  lines(
    'name: shop',
    'topics: { orders: {} }',
    `taps: { mail: { on: orders, sink: ./mail.ts, with: { ${options} } } }`,
  );

interface Given {
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

async function written(text: string, { files = {} }: Given) {
  const folder = await topologyFolder({ 't.yaml': text, 'mail.ts': USER_SINK, ...files });
  return { folder, file: join(folder, 't.yaml') };
}

async function read(text: string, given: Given) {
  const { folder, file } = await written(text, given);
  return { folder, read: await readTopology({ file, environment: given.environment }) };
}

async function lint(text: string, given: Given = {}) {
  const { folder, file } = await written(text, given);
  const findings = await checkTopology({ file, environment: given.environment });
  expect(JSON.stringify(findings)).not.toContain(MARKER);
  return findings.map((finding) => finding.text.replaceAll(`${folder}/`, ''));
}

describe('secrets', () => {
  it('are checked with their values, and planned without them', async () => {
    const text = topology(
      'password: "${secret:P}", url: "http://me:${secret:P}@${HOST:-mail}/", to: [a, "${file:to.txt}"]',
    );

    const { folder, read: found } = await read(text, {
      environment: { P: MARKER },
      files: { 'to.txt': `${MARKER}.file\n` },
    });

    expect(JSON.stringify(found.plan)).not.toContain(MARKER);
    expect(found.plan.taps[0]).toMatchObject({
      options: {
        password: '${secret:P}',
        url: 'http://me:${secret:P}@mail/',
        to: ['a', `\${file:${folder}/to.txt}`],
      },
      secrets: [
        { path: ['password'], of: [{ kind: 'secret', name: 'P' }] },
        { path: ['url'], of: ['http://me:', { kind: 'secret', name: 'P' }, '@', 'mail', '/'] },
        { path: ['to', 1], of: [{ kind: 'file', name: join(folder, 'to.txt') }] },
      ],
    });
  });

  it('are always text', async () => {
    const { read: found } = await read(topology('password: ${secret:P}'), { environment: { P: '0123' } });

    expect(found.plan.taps[0]?.options).toMatchObject({ password: '${secret:P}' });
  });

  it('are told by their names where they are missing, with what mends that', async () => {
    expect(
      await lint(topology('password: "${secret:P}", url: "${file:./none}", to: ["${file:empty}"]'), {
        files: { empty: '\n' },
      }),
    ).toEqual([
      't.yaml:3:64 TOPOLOGY_VARIABLE_MISSING the variable P is not set; set it, as in P=...',
      't.yaml:3:84 TOPOLOGY_VARIABLE_MISSING there is no file none; write it',
      't.yaml:3:107 TOPOLOGY_VARIABLE_MISSING the file empty is empty; write it',
    ]);
  });

  it('have no default, as what stands in the file is none', async () => {
    expect(await lint(topology('password: "${secret:P:-x}"'))).toEqual([
      't.yaml:3:64 TOPOLOGY_VARIABLE_INVALID "${secret:P:-x}" has a default, and what stands in a file is no secret; take it out',
    ]);
  });

  it('are not shown by what is wrong with them', async () => {
    const environment = { P: MARKER.repeat(5) }; // longer than what is shown of a value

    expect(await lint(topology('password: "${secret:P}"'), { environment })).toEqual([
      't.yaml:3:64 TOPOLOGY_INVALID_OPTION tap "mail": with.password is "${secret:P}"; it must have at most 20 characters',
    ]);
  });

  it('stand under with: alone', async () => {
    const text = topology('password: a')
      .replace('on: orders', 'on: "${secret:TOPIC}"')
      .replace('orders: {}', 'hunter2-and-more: {}');

    expect(
      (await lint(text, { environment: { TOPIC: MARKER } })).filter((finding) => finding.includes('SECRET')),
    ).toEqual([
      't.yaml:3:21 TOPOLOGY_SECRET_MISPLACED ${secret:TOPIC} is a secret, which may stand under with: alone, as all else is shown; use ${NAME} here',
    ]);
  });

  it('are refused where a schema makes something else of them', async () => {
    expect(await lint(topology('password: a, key: "${secret:P}"'), { environment: { P: MARKER } })).toEqual([
      't.yaml:3:72 TOPOLOGY_SECRET_CHANGED tap "mail": with.key is a secret, and the options schema makes something else of it, in which it could not be hidden; keep transforms out of the schema',
    ]);
  });

  it('give a part another plan where another secret is named, and show none of both', async () => {
    const plans = await Promise.all(
      ['A', 'B'].map((name) =>
        read(topology(`password: "\${secret:${name}}"`), { environment: { A: MARKER, B: MARKER } }),
      ),
    );

    const [a, b] = plans.map(({ read: { plan } }) => JSON.stringify(plan.taps));
    expect(a).not.toBe(b);
  });
});

import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { topologyFolder } from '../registry/topology-folder.ts';
import { tapline, type TopologyRun } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const NAME = `s${randomBytes(4).toString('hex')}`;
const TOKEN = `token"${randomBytes(8).toString('hex')}/of them`;
const PASSWORD = `pass-${randomBytes(8).toString('hex')}`;
const SASL = `sasl-${randomBytes(8).toString('hex')}`;

const FEED = `
import { z } from 'zod';
import { defineSource } from 'tapline';
export default defineSource({
  name: 'feed', summary: 'Feeds.', produces: 'records', options: z.strictObject({ token: z.string() }),
  nature: () => ({ endless: true, live: false }),
  async *records({ token }, { log, clock, signal, deadLetter }) {
    console.log('feeding with ' + token, JSON.stringify({ token }));
    log.error({ token, error: new Error(token) }, 'fed with ' + token);
    await deadLetter('raw', new Error('no good: ' + token));
    for (const value of ['good', 'bad']) yield { key: null, value, headers: {}, timestampMs: clock.nowMs() };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
});
`;
const PAY = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'pay', summary: 'Pays.', options: z.strictObject({ token: z.string(), url: z.string() }),
  process({ value }, { options: { token, url }, log }) {
    log.warn({ url }, 'paying at ' + url);
    if (String(value) === 'bad') throw new Error('refused ' + token, { cause: new Error(url) });
    return { value: String(token.length) };
  },
});
`;
const MAIL = `
import { z } from 'zod';
import { defineSink } from 'tapline';
export default defineSink({
  name: 'mail', summary: 'Mails.', mode: 'durable', options: z.strictObject({ password: z.string() }),
  create({ password }, { name }) {
    process.stderr.write('mailing with ' + password + '\\n');
    if (name === 'gone') throw new Error('no mail for ' + password);
    return { write: (record) => { console.log('mailed', password.length, String(record.value)); throw new Error(password); } };
  },
});
`;
const TOPOLOGY = `
name: ${NAME}
sources: { feed: { type: ./feed.ts, to: ${NAME}.orders, with: { token: "\${secret:TOKEN}" } } }
stages:
  pay:
    from: ${NAME}.orders
    process: ./pay.ts
    to: ${NAME}.paid
    with: { token: "\${secret:TOKEN}", url: "https://me:\${secret:TOKEN}@pay" }
    onError: { retries: 1, backoff: 1ms }
taps:
  mail: { on: ${NAME}.paid, sink: ./mail.ts, with: { password: "\${file:password.txt}" }, onError: { retries: 0 } }
  gone: { on: ${NAME}.paid, sink: ./mail.ts, with: { password: "\${file:password.txt}" } }
`;

/** Written anywhere, in any form. */
const forms = [TOKEN, PASSWORD, SASL].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
]);
const leaksIn = (text: string): readonly string[] => forms.filter((form) => text.includes(form));

test('secrets reach the modules that need them, and nothing that is printed, served or written', async () => {
  const directory = await topologyFolder({
    'topology.yaml': TOPOLOGY,
    'edited.yaml': TOPOLOGY.replace('token: "${secret:TOKEN}", url', 'token: "${file:password.txt}", url'),
    'feed.ts': FEED,
    'pay.ts': PAY,
    'mail.ts': MAIL,
    'password.txt': `${PASSWORD}\n`,
  });
  const env = { KAFKA_BROKERS: bootstrap, TOKEN, KAFKA_SASL_PASSWORD: SASL };
  const verb = async (...args: readonly string[]): Promise<TopologyRun> => {
    const run = await tapline({ args, env, directory });
    await run.ended;
    return run;
  };
  const up = await tapline({ args: ['up', '--no-ui', '--log-level', 'debug'], env, directory });
  await up.line(new RegExp(`^mail mailed ${PASSWORD.length} ${TOKEN.length}$`));
  await up.line(/gone-0 died \(no mail for \$\{file:.*password\.txt\}\)/);
  await until(async () => (await up.status()).stages[0]?.deadLetters === 1, { what: 'the dead letter' });

  const { workers } = await readStatus(up);
  const commandLines = await Promise.all(
    workers.map(async (pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  const address = (await up.line(/^metrics /)).split(/[ /]*metrics /)[1]?.split('/metrics')[0] ?? '';
  const served = await Promise.all(
    ['/status', '/metrics'].map(async (path) => (await fetch(`${address}${path}`)).text()),
  );
  const told = [
    await verb('lint', '--json'),
    await verb('lint', '--set', 'stages.pay.with.url=["${secret:TOKEN}"]', '--set', 'name=${secret:TOKEN}'),
    await verb('describe', '--json'),
    await verb('describe', '--html'),
    await verb('plan', 'edited.yaml', '--json'),
    await verb('apply', 'edited.yaml'),
    await verb('status'),
    await verb('dlq', 'list', NAME),
    await verb('dlq', 'show', `${NAME}.pay`, '--json'),
    await verb('dlq', 'show', `${NAME}.mail`),
    await verb('dlq', 'show', `${NAME}.feed`),
  ];
  await up.stop();

  const [, , description, , planned, , , , shown] = told.map(({ lines }) => lines.join('\n'));
  expect(description).toContain('https://me:${secret:TOKEN}@pay');
  expect(planned).toContain('with.token: ${secret:TOKEN} -> ${file:');
  expect(shown).toContain('refused ${secret:TOKEN}');
  const written = await textOfFiles(join(directory, '.tapline'));
  expect(written).toContain('fed with ${secret:TOKEN}');
  for (const text of [...up.lines, ...told.flatMap(({ lines }) => lines), ...commandLines, ...served, written])
    expect(leaksIn(text), text).toEqual([]);
});

async function readStatus(up: TopologyRun): Promise<{ readonly workers: readonly number[] }> {
  const status = JSON.stringify(await up.status());
  return { workers: [...status.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid)) };
}

async function textOfFiles(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

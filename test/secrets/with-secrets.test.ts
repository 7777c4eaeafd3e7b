import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createTestDriver } from '../../pipeline/testing/create-test-driver.ts';
import { topologyFolder } from '../registry/topology-folder.ts';
import { lines } from '../topology/lint-case.ts';

const MARKER = 'hunter2-and-more';
const TOPOLOGY = lines(
  'name: shop',
  'topics: { orders: {} }',
  'stages:',
  '  pay:',
  '    from: orders',
  '    process: ./pay.ts',
  '    to: paid',
  '    with: { token: "Bearer ${secret:TOKEN}" }',
  '    onError: { retries: 0 }',
);
const ADMITTING = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'pay', summary: 'Pays who was let in.', options: z.strictObject({ token: z.string() }),
  create({ token }) {
    let inside = 0;
    return {
      admit: async ({ value }) => {
        if (String(value) === 'bad') throw new Error('no way in with ' + token);
        inside++;
        return () => void inside--;
      },
      process: () => ({ value: String(inside) }),
    };
  },
});
`;
const PAY = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'pay', summary: 'Pays.', options: z.strictObject({ token: z.string() }),
  process({ value }, { options, log }) {
    log.warn({ options }, 'paying with ' + options.token);
    if (String(value) === 'bad') throw new Error('refused ' + options.token, { cause: options.token });
    return { value: String(options.token.length) };
  },
});
`;

it('hands a processor its secrets, and hides them in what it logs and in the dead letters it makes', async () => {
  const folder = await topologyFolder({ 't.yaml': TOPOLOGY, 'pay.ts': PAY });
  const told: string[] = [];
  const tell = (fields: object, message: string): void => void told.push(JSON.stringify(fields), message);
  const driver = await createTestDriver({
    topology: join(folder, 't.yaml'),
    environment: { TOKEN: MARKER },
    log: { debug: tell, info: tell, warn: tell, error: tell },
  });
  try {
    await driver.pipeInput('orders', { value: 'good' });
    await driver.pipeInput('orders', { value: 'bad' });

    expect(driver.readOutput('paid').map(({ value }) => value)).toEqual([`Bearer ${MARKER}`.length]);
    const [letter] = driver.readOutput('shop.pay.dlq');
    expect(letter?.headers['tapline.dlq.error-message']).toBe('refused Bearer ${secret:TOKEN}');
    expect(inspect(letter, { depth: null })).not.toContain(MARKER);
    expect(told).toContain('paying with Bearer ${secret:TOKEN}');
    expect(told.join('\n')).not.toContain(MARKER);
  } finally {
    await driver.close();
  }
});

it('lets a processor with secrets admit its records, and hides them in what it says then', async () => {
  const folder = await topologyFolder({ 't.yaml': TOPOLOGY, 'pay.ts': ADMITTING });
  const driver = await createTestDriver({ topology: join(folder, 't.yaml'), environment: { TOKEN: MARKER } });
  try {
    await driver.pipeInput('orders', { value: 'good' });

    expect(driver.readOutput('paid').map(({ value }) => value)).toEqual([1]);
    await expect(driver.pipeInput('orders', { value: 'bad' })).rejects.toThrow('no way in with Bearer ${secret:TOKEN}');
  } finally {
    await driver.close();
  }
});

import { describe, expect, test } from 'vitest';
import { defineProcessor, z } from '../../pipeline/index.ts';
import { createTestDriver, type TopologyTestDriver } from '../../pipeline/testing/index.ts';

const topology = `
name: made
topics: { lines: {} }
stages:
  parse: { from: lines, process: parse, to: parsed }
  large: { from: parsed, process: filter, with: { where: n > 1 }, to: large }
`;
const meta =
  '{"version":"1","frame":{"id":"f","sourceId":"a","sessionId":"s","seq":0,"captureTimeUs":0,"clock":"host","kind":"live","transforms":[]},"stages":[]}';

/** Makes JSON of lines, as people write it who do not think of headers. */
const parse = defineProcessor({
  name: 'parse',
  summary: 'Reads "n=3".',
  options: z.strictObject({}),
  process: ({ value }) => ({ value: JSON.stringify({ n: Number(/\d+/.exec(String(value))?.[0]) }) }),
});

async function made(value: string, headers: Readonly<Record<string, string>>): Promise<TopologyTestDriver> {
  const driver = await createTestDriver({ topology, processors: [parse] });
  await driver.pipeInput('lines', [{ key: 'a', value, headers }]);
  return driver;
}

describe('a text that a processor returns', () => {
  test('of a line is seen as what it is', async () => {
    const driver = await made('n=3', { 'content-type': 'text/plain; charset=utf-8', of: 'file' });

    const [output] = driver.readOutput('large');
    expect(output).toMatchObject({ value: { n: 3 }, headers: { of: 'file' } });
    expect(output?.headers).not.toHaveProperty('content-type');
    await driver.close();
  });

  test('of a picture is no picture', async () => {
    const driver = await made('3', { 'content-type': 'image/jpeg', 'frame-meta': meta });

    const [output] = driver.readOutput('large');
    expect(output).toMatchObject({ value: { n: 3 } });
    expect(output?.headers).not.toHaveProperty('frame-meta');
    await driver.close();
  });

  test('of JSON is JSON', async () => {
    const driver = await made('{"n":3}', { 'content-type': 'application/json' });

    expect(driver.readOutput('large')).toMatchObject([{ headers: { 'content-type': 'application/json' } }]);
    await driver.close();
  });
});

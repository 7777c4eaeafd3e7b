import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import stdin from '../../pipeline/sources/stdin.ts';

/** The source in a process of its own, fed through a real pipe. */
function start(options: object) {
  const entry = join(import.meta.dirname, 'stdin-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', entry, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Record<string, unknown>));
  return { child, said, closed: once(child, 'close') };
}

async function fed(options: object, text: string): Promise<readonly Record<string, unknown>[]> {
  const { child, said, closed } = start(options);
  child.stdin.end(text);
  await closed;
  return said;
}

describe('stdin', () => {
  it('sends every line as text and ends with the input', async () => {
    const said = await fed({}, 'first\n\nthird, with no end');

    expect(said.map(({ value, key }) => [value, key])).toEqual([
      ['first', null],
      ['', null],
      ['third, with no end', null],
      [undefined, undefined],
    ]);
    expect(said[0]).toMatchObject({ type: 'text/plain; charset=utf-8' });
    expect(said[0]!['id']).toMatch(/^orders-[0-9a-z]+-0000000000\/orders$/);
    expect(said.at(-1)).toMatchObject({ ended: true });
  });

  it('takes the key from a field, and tells the line of what is wrong', async () => {
    const lines = ['{"user":"anna","n":1}', '', '{"user":', '{"n":3}', '[1]', '{"user":42}'];

    const said = await fed({ format: 'json', key: 'user' }, `${lines.join('\r\n')}\r\n`);

    const sent = said.filter(({ value }) => value !== undefined);
    expect(sent.map(({ value, key, type }) => [value, key, type])).toEqual([
      ['{"user":"anna","n":1}', 'anna', 'application/json'],
      ['{"user":42}', '42', 'application/json'],
    ]);
    const dead = said.filter(({ dead: raw }) => raw !== undefined);
    expect(dead.map(({ dead: raw, line }) => [raw, line])).toEqual([
      ['{"user":', '3'],
      ['{"n":3}', '4'],
      ['[1]', '5'],
    ]);
    expect(dead[0]!['message']).toMatch(/^line 3 of standard input is no JSON: .*; correct it or use format: lines$/);
    expect(dead[1]!['message']).toBe(
      'line 4 of standard input has no text or number in "user", which is its key; correct the line or key',
    );
  });

  it('does not hold an endless line in memory', async () => {
    const { child, said, closed } = start({ maxBytes: '1KB' });
    const megabyte = 'x'.repeat(2 ** 20);
    for (let sent = 0; sent < 300; sent++) if (!child.stdin.write(megabyte)) await once(child.stdin, 'drain');
    child.stdin.end('\nlast\n');
    await closed;

    expect(said.map(({ value, dead }) => [value, String(dead).length])).toEqual([
      [undefined, 1024],
      ['last', 9],
      [undefined, 9],
    ]);
    expect(said.at(-1)!['heapMb']).toBeLessThan(250);
  });

  it('stops while it waits for a line that does not come', async () => {
    const { child, said, closed } = start({});
    child.stdin.write('one\n');
    await once(child.stdout, 'data');

    child.kill('SIGTERM');
    await closed;

    expect(said.at(-1)).toMatchObject({ ended: true });
  });

  it('wants JSON where it shall find a key', () => {
    expect(stdin.options.safeParse({ key: 'user' }).error?.issues[0]).toMatchObject({
      message: 'needs format: json',
      path: ['key'],
    });
  });
});

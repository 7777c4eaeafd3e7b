import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { consoleLine } from '../../pipeline/sinks/console-line.ts';
import { recordLine } from '../../pipeline/sinks/record-data.ts';
import { found, frames, sinkRecord } from './sink-setup.ts';

describe('console line', () => {
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0]);
  const frame = frames();

  it.each([
    [
      'objects of a frame',
      frame(picture, { objects: [found('person', 0.874), found('car', 0.66)] }),
      'cam seq 0  person 0.87, car 0.66',
    ],
    ['a frame in which nothing was found', frame(picture, { objects: [] }), 'cam seq 1  no objects'],
    ['a frame nobody has looked at', frame(picture), 'cam seq 2  image/jpeg, 4 bytes'],
    ['JSON without spaces', sinkRecord({ value: Buffer.from('{ "t": 20.5 }\n') }), '{"t":20.5}'],
    ['a text as it is', sinkRecord({ value: Buffer.from('Cats sleep 13 hours.\n') }), 'Cats sleep 13 hours.'],
    ['a text of several lines as one', sinkRecord({ value: Buffer.from('a\r\nb\nc') }), 'a b c'],
    ['other bytes by their number', sinkRecord({ value: Buffer.from([0, 1, 2]) }), 'bytes, 3 bytes'],
    ['no value', sinkRecord(), 'null'],
    ['what select made', sinkRecord({ value: Buffer.from('x'), selected: { n: 1 } }), '{"n":1}'],
    ['a text that select made', sinkRecord({ selected: 'person' }), 'person'],
  ])('shows %s', (_what, record, line) => {
    expect(consoleLine(record)).toBe(line);
  });

  it('lets nothing through that steers a terminal', () => {
    const hostile = '\u001b]0;owned\u0007\u001b[2Jhi\u0008\u009b31m';

    expect(consoleLine(sinkRecord({ value: Buffer.from(hostile) }))).toMatch(/^\P{Cc}*$/u);
    expect(consoleLine(frame(picture, { objects: [found(hostile, 1)] }))).toMatch(/^\P{Cc}*$/u);
  });

  it('gives whole records as JSON', () => {
    const record = sinkRecord({
      key: Buffer.from('k'),
      offset: 7n,
      value: Buffer.from('{"a":1}'),
      headers: { h: 'v' },
    });

    expect(JSON.parse(recordLine(record, 'length'))).toEqual({
      topic: 'in',
      partition: 0,
      offset: '7',
      timestamp: 1000,
      key: 'k',
      headers: { h: 'v' },
      value: { a: 1 },
    });
  });
});

describe('console', () => {
  it('prints one line a record and ends quietly when nobody reads any more', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'console-process.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));

    const [first] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    child.stdout.destroy(); // as `| head -1` does
    const [code] = (await once(child, 'close')) as [number];

    expect(first.split('\n')[0]).toBe('{"n":0}');
    expect([code, complaints]).toEqual([0, '']);
  });
});

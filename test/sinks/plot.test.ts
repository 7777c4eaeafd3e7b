import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sink, SinkRecord } from '../../pipeline/ports/sink.ts';
import plot from '../../pipeline/sinks/plot/index.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

interface Told {
  readonly names: readonly string[];
  readonly problem: string | null;
  readonly lines: readonly { readonly name: string; readonly late: number; readonly points: readonly number[][] }[];
}

async function openPlot(options: object): Promise<{ readonly sink: Sink; readonly told: () => Promise<Told> }> {
  const setup = sinkSetup({ topic: 'readings' });
  const sink = await plot.create(plot.options.parse({ port: 0, ...options }), setup);
  onTestFinished(async () => sink.close?.());
  return {
    sink,
    told: async () => (await (await fetch(new URL('/plot.json', setup.announced[0]))).json()) as Told,
  };
}

function reading(key: string, timestampMs: number, value: object): SinkRecord {
  return sinkRecord({
    topic: 'readings',
    key: Buffer.from(key),
    timestampMs,
    value: Buffer.from(JSON.stringify(value)),
  });
}

describe('plot', () => {
  it('has a line for each key, in the order of time, and says what came late', async () => {
    const { sink, told } = await openPlot({ y: 'value' });

    for (const [key, timeMs, value] of [
      ['a', 1000, 20],
      ['b', 1500, 30],
      ['a', 3000, 22],
      ['a', 2000, 21],
      ['a', 3000, 23], // read again: not twice there
    ] as const)
      await sink.write(reading(key, timeMs, { value }));

    const { lines, problem } = await told();
    expect(lines).toEqual([
      {
        name: 'a',
        late: 1,
        points: [
          [1000, 20, 0],
          [2000, 21, 1],
          [3000, 23, 0],
        ],
      },
      { name: 'b', late: 0, points: [[1500, 30, 0]] },
    ]);
    expect(problem).toBeNull();
  });

  it('leaves out what a clock that is ahead says, which would move all lines out of sight', async () => {
    const { sink, told } = await openPlot({ y: 'value', x: 't' });

    for (const t of ['2026-01-01T00:00:00Z', '2126-01-01T00:00:00Z'])
      await sink.write(reading('a', 5, { value: 1, t }));

    expect((await told()).lines).toMatchObject([{ points: [[Date.parse('2026-01-01T00:00:00Z'), 1, 0]] }]);
    expect((await told()).problem).toContain('an hour ahead of the clock');
  });

  it('takes time, line and several values from what expressions say, and leaves out what is no number', async () => {
    const { sink, told } = await openPlot({ y: { mean: 'mean', top: '$max(all)' }, x: 'window.end', line: 'room' });
    const window = { end: '2026-01-01T00:01:00Z' };

    await sink.write(reading('x', 5, { room: 'attic', mean: 20.5, all: [20, 21], window }));
    await sink.write(
      reading('x', 5, { room: 'attic', mean: 'warm', all: [22], window: { end: '2026-01-01T00:02:00Z' } }),
    );
    await sink.write(reading('x', 5, { room: 'attic', mean: 1, all: [2] }));

    const atMs = Date.parse(window.end);
    expect(await told()).toMatchObject({
      lines: [
        { name: 'attic mean', points: [[atMs, 20.5, 0]] },
        {
          name: 'attic top',
          points: [
            [atMs, 21, 0],
            [atMs + 60_000, 22, 0],
          ],
        },
      ],
      problem: 'Records of readings without a number to plot, or an hour ahead of the clock, are left out: 1 so far.',
    });
  });

  it('leaves out numbers and times that no plot can show', async () => {
    const { sink, told } = await openPlot({ y: 'value', x: 'at' });

    for (const value of ['{"at":5,"value":1e999}', '{"at":1e300,"value":1}', '{"at":5,"value":-1e999}'])
      await sink.write({ ...reading('a', 5, {}), value: Buffer.from(value) });

    expect(await told()).toMatchObject({
      lines: [],
      problem: 'Records of readings without a number to plot, or an hour ahead of the clock, are left out: 3 so far.',
    });
  });

  it('keeps the youngest points and lines, however many come and in whatever order', async () => {
    const { sink, told } = await openPlot({ y: 'value', points: 10, lines: 2 });

    for (const key of ['old', 'a', 'b'])
      for (let index = 0; index < 100; index++) {
        const timeMs = key === 'old' ? index : 1000 + ((index * 37) % 100);
        await sink.write(reading(key, timeMs, { value: index }));
      }

    const { names, lines } = await told();
    expect(names).toEqual(['a', 'b']);
    for (const { points } of lines)
      expect(points.map(([timeMs]) => timeMs)).toEqual(Array.from({ length: 10 }, (_, index) => 1090 + index));
  });

  it('refuses options that cannot be', () => {
    const faults = (options: object): readonly string[] =>
      plot.options.safeParse({ y: 'value', ...options }).error?.issues.map(({ message }) => message) ?? [];

    expect(faults({ host: '0.0.0.0' })).toEqual([
      expect.stringContaining('is needed where host is not of this machine'),
    ]);
    expect(faults({ from: '-1x' })).toEqual([expect.stringContaining('must be earliest, latest, a time before now')]);
    expect(faults({ x: '(' })).toEqual([expect.stringContaining('is no JSONata')]);
    expect(faults({ y: {} })).not.toEqual([]);
  });
});

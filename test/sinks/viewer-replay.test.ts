import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { OpenReader, SinkRecord } from '../../pipeline/ports/sink.ts';
import { frames, sinkRecord } from './sink-setup.ts';
import { blue, green, jsonAt, red, startViewer, textAt, until, watch } from './viewer-harness.ts';

describe('replay of the viewer', () => {
  const recording = (pictures: readonly Buffer[], gapMs: number): SinkRecord[] => {
    const frame = frames();
    return pictures.map((bytes, at) => frame(bytes, { captureTimeUs: 1_700_000_000_000_000 + at * gapMs * 1000 }));
  };

  async function* replaying(records: readonly SinkRecord[], signal: AbortSignal): AsyncGenerator<SinkRecord> {
    yield* records;
    if (!signal.aborted) await once(signal, 'abort'); // a reader goes on to what is yet to come
  }

  it('shows a recording from its start in the rhythm it was captured, while others watch live', async () => {
    const asked: unknown[] = [];
    const openReader: OpenReader = ({ topic, from, signal }) => {
      asked.push({ topic, from });
      return replaying(recording([red, green, blue], 150), signal);
    };
    const { sink, url } = await startViewer({}, { openReader });
    await sink.write(frames()(blue));
    const live = await watch(url('/stream.mjpg'));

    const replay = await watch(url('/stream.mjpg?from=earliest&view=mine'));
    expect(await replay.next()).toEqual(red);
    const firstAt = performance.now();
    expect(await replay.next()).toEqual(green);
    expect(await replay.next()).toEqual(blue);
    const tookMs = performance.now() - firstAt;

    expect(tookMs).toBeGreaterThan(250);
    expect(tookMs).toBeLessThan(2000);
    expect(asked).toEqual([{ topic: 'frames.annotated', from: 'earliest' }]);
    expect(await live.next()).toEqual(blue);
    expect((await jsonAt(url('/state.json?view=mine')))['replay']).toMatchObject({
      at: '2023-11-14T22:13:20.300Z',
      seq: 2,
    });
  });

  it.each([
    ['from=2026-01-31T12:00:00Z', { timestampMs: Date.UTC(2026, 0, 31, 12) }],
    ['partition=2&offset=9007199254740993', { partition: 2, offset: 9_007_199_254_740_993n }],
  ])('begins where %s says', async (query, expected) => {
    const asked: unknown[] = [];
    const openReader: OpenReader = ({ from, signal }) => {
      asked.push(from);
      return replaying(recording([red], 0), signal);
    };
    const { url } = await startViewer({}, { openReader });

    const replay = await watch(url(`/stream.mjpg?${query}`));

    expect(await replay.next()).toEqual(red);
    expect(asked).toEqual([expected]);
  });

  it('begins as long ago as from says', async () => {
    const asked: { readonly timestampMs: number }[] = [];
    const openReader: OpenReader = ({ from, signal }) => {
      asked.push(from as { timestampMs: number });
      return replaying(recording([red], 0), signal);
    };
    const { url } = await startViewer({}, { openReader });
    const before = Date.now();

    await (await watch(url('/stream.mjpg?from=-10m'))).next();

    expect(asked[0]!.timestampMs).toBeGreaterThanOrEqual(before - 600_000);
    expect(asked[0]!.timestampMs).toBeLessThanOrEqual(Date.now() - 600_000);
  });

  it('names the place after each picture, live and replayed, where the same client goes on with the next one', async () => {
    const records = recording([red, green, blue], 0);
    const openReader: OpenReader = ({ from, signal }) => {
      const first = typeof from === 'object' && 'offset' in from ? from.offset : 0n;
      return replaying(records.slice(Number(first)), signal);
    };
    const { sink, url } = await startViewer({}, { openReader });
    await sink.write(records[0]!);

    const live = await watch(url('/stream.mjpg'));
    expect(await live.next()).toEqual(red);
    const resumed = await watch(url(`/stream.mjpg?${live.place}&view=mine`));
    expect(await resumed.next()).toEqual(green);

    expect([live.place, resumed.place]).toEqual(['partition=0&offset=1', 'partition=0&offset=2']);
    const { sources } = await jsonAt(url('/state.json'));
    expect(sources).toMatchObject([{ next: 'partition=0&offset=1' }]);
    expect(await resumed.next()).toEqual(blue);
    expect(await jsonAt(url('/state.json?view=mine'))).toMatchObject({ replay: { next: 'partition=0&offset=3' } });
  });

  it('refuses one more than maxReplays with a sentence, until a browser leaves and its reader has ended', async () => {
    let open = 0;
    async function* counted(signal: AbortSignal): AsyncGenerator<SinkRecord> {
      open++;
      try {
        yield* replaying(recording([red], 0), signal);
      } finally {
        open--;
      }
    }
    const { url } = await startViewer({ maxReplays: 1 }, { openReader: ({ signal }) => counted(signal) });
    const first = await watch(url('/stream.mjpg?from=earliest'));
    await first.next();

    const refused = await textAt(url('/stream.mjpg?from=earliest'));
    first.close();
    await until(() => open === 0);
    const second = await watch(url('/stream.mjpg?from=earliest'));

    expect(refused).toEqual([503, '1 replays are running, which is the most (maxReplays); close one and try again\n']);
    expect(await second.next()).toEqual(red);
  });

  it('goes on although the reader of one replay fails', async () => {
    async function* failing(): AsyncGenerator<SinkRecord> {
      throw new Error('no broker');
      yield sinkRecord();
    }
    const { sink, url } = await startViewer({}, { openReader: () => failing() });
    await sink.write(frames()(red));

    const replay = await watch(url('/stream.mjpg?from=earliest'));
    await expect(replay.next()).rejects.toThrow('the stream has ended');

    expect(await (await watch(url('/stream.mjpg'))).next()).toEqual(red);
  });
});

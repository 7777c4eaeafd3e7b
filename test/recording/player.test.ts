import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';
import { Player } from '../../pipeline/recording/player.ts';
import { aRecord } from '../task/records.ts';

const STARTED_MS = 1_000_000;

interface Played {
  /** When each record was sent, from the start on. */
  readonly atMs: readonly number[];
  readonly records: readonly ProducerRecord[];
  readonly player: Player;
}

interface Playing {
  readonly timesMs: readonly number[];
  readonly speed?: number;
  readonly stampNow?: boolean;
  readonly limit?: number;
  /** Time each send takes. */
  readonly sendMs?: number;
  readonly stopAtMs?: number;
}

async function played({ timesMs, sendMs = 0, stopAtMs = Infinity, ...given }: Playing): Promise<Played> {
  let nowMs = STARTED_MS;
  const stop = new AbortController();
  const [atMs, records]: [number[], ProducerRecord[]] = [[], []];
  const clock = {
    nowMs: () => nowMs,
    nowUs: () => nowMs * 1000,
    sleep: async (ms: number) => {
      nowMs = Math.min(nowMs + ms, STARTED_MS + stopAtMs);
      if (nowMs >= STARTED_MS + stopAtMs) stop.abort();
    },
  };
  const send = async (sent: readonly ProducerRecord[]): Promise<ReadonlyMap<string, bigint>> => {
    records.push(...sent);
    atMs.push(...sent.map(() => nowMs - STARTED_MS));
    nowMs += sendMs;
    return new Map();
  };
  const options = { topic: 'out', speed: 1, stampNow: false, limit: Infinity, ...given };
  const player = new Player({ ...options, producer: { send }, clock, signal: stop.signal });
  async function* input() {
    for (const timestampMs of timesMs) yield aRecord({ timestampMs, partition: 1 });
  }
  await player.play(input());
  return { atMs, records, player };
}

describe('playing records', () => {
  it('keeps their gaps, and their timestamps', async () => {
    const { atMs, records } = await played({ timesMs: [50, 150, 150, 1150] });

    expect(atMs).toEqual([0, 100, 100, 1100]);
    expect(records.map(({ timestampMs }) => timestampMs)).toEqual([50, 150, 150, 1150]);
    expect(records[0]).toMatchObject({ topic: 'out', partition: 1 });
  });

  it('goes faster as it is told, and stamps with the time of now if it shall', async () => {
    const { atMs, records } = await played({ timesMs: [0, 100, 300], speed: 2, stampNow: true });

    expect(atMs).toEqual([0, 50, 150]);
    expect(records.map(({ timestampMs }) => timestampMs - STARTED_MS)).toEqual([0, 50, 150]);
  });

  it('does not wait at all at the most', async () => {
    expect((await played({ timesMs: [0, 9_000], speed: Infinity })).atMs).toEqual([0, 0]);
  });

  it('sends what came late at once and says how late it was', async () => {
    const { atMs, player } = await played({ timesMs: [0, 10, 20, 500], sendMs: 100 });

    expect(atMs).toEqual([0, 100, 100, 500]);
    expect(player.latestMs).toBe(90);
  });

  it('ends at its limit, and when it is stopped with what is due written', async () => {
    expect((await played({ timesMs: [0, 1, 2], limit: 2 })).atMs).toEqual([0, 1]);
    expect((await played({ timesMs: [0, 0, 5_000], stopAtMs: 1_000 })).atMs).toEqual([0, 0]);
  });
});

import type { Readable } from 'node:stream';

const LINE = /^frame:\d+\s+pts:\S+\s+pts_time:(\S+)/;

/** Filter that writes one line with the presentation time of every frame to file descriptor 3. */
export const FRAME_TIMES_FILTER = 'metadata=mode=add:key=tapline:value=1,metadata=mode=print:file=pipe\\\\:3:direct=1';

/** Presentation times in the order of the frames, integer microseconds; undefined where a frame has none. */
export async function* readFrameTimes(output: Readable): AsyncGenerator<number | undefined> {
  let rest = '';
  for await (const chunk of output as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const match = LINE.exec(line);
      if (match) yield microseconds(Number(match[1]));
    }
  }
}

function microseconds(seconds: number): number | undefined {
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1_000_000)) : undefined;
}

import { once } from 'node:events';
import { z } from 'zod';
import { defineSink, type Sink } from '../ports/sink.ts';
import { consoleLine } from './console-line.ts';
import { recordLine } from './record-data.ts';

const options = z.strictObject({
  format: z
    .enum(['auto', 'json'])
    .default('auto')
    .describe('auto: one short line a record; json: the whole record as a line of JSON.'),
});

/** Prints records on standard output, one a line. */
export default defineSink({
  name: 'console',
  summary: 'Prints one line a record: objects of frames, JSON, text, or what select makes of it.',
  options,
  mode: 'live',
  create: ({ format }) => createConsole(format),
});

function createConsole(format: 'auto' | 'json'): Sink {
  const { stdout } = process;
  const colour = stdout.isTTY && process.env['NO_COLOR'] === undefined;
  let open = true;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    open = false; // whoever read along has left (`| head`): nothing more to say
  };
  stdout.on('error', onError);
  return {
    write: async (record) => {
      if (!open) return;
      const line = format === 'json' ? recordLine(record, 'length') : consoleLine(record, { colour });
      if (!stdout.write(`${line}\n`)) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]);
    },
    close: () => void stdout.off('error', onError),
  };
}

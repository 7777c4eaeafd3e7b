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
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    open = false; // whoever read along has left (`| head`): nothing more to say
  });
  return {
    write: async (record) => {
      if (!open) return;
      const line = format === 'json' ? recordLine(record, 'length') : consoleLine(record, { colour });
      await new Promise((written) => stdout.write(`${line}\n`, written)); // an error goes to the listener above
    },
  };
}

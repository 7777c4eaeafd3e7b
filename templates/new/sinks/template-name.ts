import { appendFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineSink, readJson, z } from 'tapline';

const message = z.object({ text: z.string() });

export default defineSink({
  name: 'template-name',
  summary: 'Says in one sentence what becomes of the records.',
  options: z.strictObject({
    path: z.string().default('template-name.log').describe('A file; relative to the folder of the topology file.'),
  }),
  mode: 'durable', // goes on where it stopped; live: begins with the newest record
  create({ path }, { baseDirectory }) {
    const file = resolve(baseDirectory, path);
    return {
      write: async (record) => {
        const { text } = readJson(record, message);
        await appendFile(file, `${text}\n`);
      },
    };
  },
});

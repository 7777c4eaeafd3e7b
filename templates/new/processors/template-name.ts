import { defineProcessor, z } from 'tapline';

export default defineProcessor({
  name: 'template-name',
  summary: 'Says in one sentence what it does.',
  options: z.strictObject({
    greeting: z.string().default('hello').describe('What an option means.'),
  }),
  inputValue: z.object({ name: z.string() }), // of JSON; leave it out to get the bytes
  outputValue: z.object({ text: z.string() }),
  process({ value }, { options }) {
    return { value: { text: `${options.greeting} ${value.name}` } };
  },
});

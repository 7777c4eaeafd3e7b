import { defineProcessor, readFrameMeta, z } from 'tapline';

/** Looks at what was found in a frame, never at its pixels. */
export default defineProcessor({
  name: 'crowd',
  summary: 'Tells when many people are in the picture.',
  options: z.strictObject({ people: z.int().positive().default(5).describe('How many are many.') }),
  produces: 'records',
  outputValue: z.object({ camera: z.string(), people: z.int() }),
  process({ headers }, { options }) {
    const { frame, objects = [] } = readFrameMeta(headers);
    const people = objects.filter(({ label }) => label === 'person').length;
    return people < options.people ? null : { value: { camera: frame.sourceId, people } };
  },
});

import { defineProcessor, z, type KeyValueStore } from 'tapline';

const options = z
  .strictObject({
    above: z.number().default(28).describe('An alarm is raised above this, in degrees.'),
    clearBelow: z.number().default(26).describe('And cleared below this, so that it does not flicker.'),
  })
  .refine(({ above, clearBelow }) => clearBelow <= above, { error: 'clearBelow must not be higher than above' });

/** One record when it gets too hot and one when that is over, and none in between. */
export default defineProcessor({
  name: 'alarm',
  summary: 'Raises an alarm for each sensor that gets too hot, and clears it again.',
  options,
  inputValue: z.object({ sensor: z.string(), celsius: z.number() }),
  outputValue: z.object({ sensor: z.string(), alarm: z.enum(['raised', 'cleared']), celsius: z.number() }),
  stores: { raised: { type: 'keyValue' } },
  process({ value: { sensor, celsius } }, context) {
    const { above, clearBelow } = context.options;
    const raised = context.store<KeyValueStore<true>>('raised');
    const wasRaised = raised.get(sensor) ?? false;
    if (!wasRaised && celsius > above) {
      raised.put(sensor, true);
      return { value: { sensor, alarm: 'raised', celsius } };
    }
    if (wasRaised && celsius < clearBelow) {
      raised.delete(sensor);
      return { value: { sensor, alarm: 'cleared', celsius } };
    }
    return null;
  },
});

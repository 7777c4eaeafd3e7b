import { createRecordSession, defineSource, duration, z } from 'tapline';

const DAY_MS = 240_000;

/** Thermometers that nobody has to buy: each goes up and down, one after the other. Put your own in its place. */
export default defineSource({
  name: 'thermometers',
  summary: 'Readings of thermometers, made up.',
  options: z.strictObject({
    sensors: z.int().positive().default(3).describe('How many.'),
    every: duration('1ms', '1h').prefault('1s').describe('Time between two readings of each.'),
  }),
  produces: 'records',
  nature: () => ({ endless: true, live: true }),
  async *records({ sensors, every }, { name, clock, signal }) {
    const session = createRecordSession({ sourceId: name, sourceName: name, clock });
    while (!signal.aborted) {
      for (let index = 1; index <= sensors; index++) {
        const sensor = `sensor-${index}`;
        const angle = (clock.nowMs() / DAY_MS + index / sensors) * 2 * Math.PI;
        const celsius = Math.round((22 + 8 * Math.sin(angle)) * 10) / 10;
        yield session.record(JSON.stringify({ sensor, celsius }), { contentType: 'application/json', key: sensor });
      }
      await clock.sleep(every, signal);
    }
  },
});

import { createRecordSession, defineSource, duration, z } from 'tapline';

export default defineSource({
  name: 'template-name',
  summary: 'Says in one sentence what it reads.',
  options: z.strictObject({
    every: duration('1ms', '1d').prefault('1s').describe('Time from one record to the next.'),
    records: z.int().positive().optional().describe('Ends after this many records. Default: never.'),
  }),
  produces: 'records',
  nature: ({ records }) => ({ endless: records === undefined, live: false }),
  async *records({ every, records = Infinity }, { name, clock, signal }) {
    const session = createRecordSession({ sourceId: name, sourceName: name, clock });
    for (let number = 1; number <= records && !signal.aborted; number++) {
      yield session.record(JSON.stringify({ number }), { contentType: 'application/json', key: name });
      await clock.sleep(every, signal);
    }
  },
});

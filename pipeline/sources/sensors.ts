import { z } from 'zod';
import { createSessionIdentity } from '../frame/session-identity.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { duration } from '../topology/duration.ts';
import { createPacer, paceOption } from './pacer.ts';
import { createSensors, type Reading, type Sensors } from './sensors/sensors.ts';

const share = z.number().min(0).max(0.5);

const options = z
  .strictObject({
    count: z.int().min(1).max(10_000).default(3).describe('How many sensors: sensor-1, sensor-2 and so on.'),
    every: duration('1ms', '1d').prefault('1s').describe('Time from a reading of a sensor to its next.'),
    records: z
      .int()
      .positive()
      .optional()
      .describe('Ends after this many readings, those that silent sensors leave out included. Default: never.'),
    seed: z.int().nonnegative().max(0xffff_ffff).default(1).describe('The same seed gives the same values.'),
    min: z.number().default(15).describe('Least value, but for spikes.'),
    max: z.number().default(30).describe('Greatest value, but for spikes.'),
    drift: z.number().nonnegative().default(0.5).describe('The most a value moves from one reading to the next.'),
    spikes: share.default(0).describe('Share of readings that lie beyond the range, by half of it.'),
    silence: z
      .strictObject({
        share: share.default(0.01).describe('Share of readings at which a sensor falls silent.'),
        for: duration('1ms', '30d').prefault('20s').describe('How long it says nothing.'),
      })
      .optional()
      .describe('Sensors that say nothing for a while. Default: none.'),
    late: z
      .strictObject({
        share: share.default(0.05).describe('Share of readings that are late.'),
        by: duration('1ms', '1d').prefault('5s').describe('How long after its time such a reading is sent.'),
      })
      .optional()
      .describe('Readings that are sent after younger ones. Default: none.'),
    pace: paceOption.default('real'),
  })
  .refine(({ min, max }) => min < max, { error: 'must be less than max', path: ['min'] })
  .refine(({ pace, records }) => pace === 'real' || records !== undefined, {
    error: 'fast needs records: its readings are of the time before now, which ends',
    path: ['pace'],
  });

type SensorsOptions = z.output<typeof options>;

/** Sensors for whoever has none, with all that goes wrong with true ones. */
export default defineSource({
  name: 'sensors',
  summary:
    'Simulated sensors whose values drift, spike, fall silent and come late: `{ sensorID, value, timestamp }`, keyed by sensorID, at the time of the reading.',
  options,
  produces: 'records',
  nature: ({ records: most, pace }) => ({ endless: most === undefined, live: most === undefined && pace === 'real' }),
  records,
});

async function* records(settings: SensorsOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const { name, clock, signal } = context;
  const { count, every, pace, records: most = Infinity } = settings;
  const sensors: Sensors = createSensors(settings);
  const identity = createSessionIdentity({ sourceId: name, clock });
  const pacer = createPacer(pace, clock, signal);
  const intervalMs = every / count;
  const startMs = clock.nowMs() - most * intervalMs;
  const toRecord = ({ sensorID, value, timeMs }: Reading): SourceRecord => {
    const event = { id: identity.next().id, type: 'record', timeUs: timeMs * 1000 } as const;
    return {
      key: sensorID,
      value: JSON.stringify({ sensorID, value, timestamp: new Date(timeMs).toISOString() }),
      headers: { 'content-type': 'application/json', ...identity.headers(event) },
      timestampMs: timeMs,
    };
  };
  for (let turn = 0; turn < most; turn++) {
    await pacer.next(intervalMs * 1000);
    if (signal.aborted) return;
    const timeMs = pace === 'real' ? clock.nowMs() : Math.floor(startMs + turn * intervalMs);
    yield* sensors.read(turn % count, timeMs).map(toRecord);
  }
  yield* sensors.rest().map(toRecord);
}

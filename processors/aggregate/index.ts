import {
  compileExpressions,
  defineProcessor,
  type ConsumerRecord,
  type OutputRecord,
  type ProcessorContext,
  type ProcessResult,
} from '../../pipeline/index.ts';
import { groupKeyOf } from '../keys/group-key.ts';
import { Computation, type Sample, type States } from './computation.ts';
import { eventTimeMs } from './event-time.ts';
import { options, type AggregateOptions } from './options.ts';
import { AggregateOutput } from './output.ts';
import { TaskWindows } from './task-windows.ts';
import { windowingOf } from './windows/windowing-of.ts';

/** Windows are deleted when they are closed: no store may do so on its own before, by another clock. */
const UNTIL_DELETED = { type: 'window', retentionMs: Number.MAX_SAFE_INTEGER } as const;
const BY_KEY = { type: 'keyValue' } as const;

type Take = (sample: Sample, record: ConsumerRecord, context: ProcessorContext) => readonly OutputRecord[];

/**
 * Computes aggregates of the records of each key, for ever or for windows of time, as the aggregations of Kafka Streams:
 * https://kafka.apache.org/41/streams/developer-guide/dsl-api/#windowing. No grace by default, as `ofSizeWithNoGrace`.
 * Records without a value are passed over, as there. Other than there, what is written has the key alone as its key, and
 * a session that grows or swallows others is written anew without tombstones for what it was before.
 */
export default defineProcessor({
  name: 'aggregate',
  summary:
    'Counts, sums, averages, collects ... the records of each key, for ever or in windows of time (tumbling, hopping, sliding, session).',
  options,
  outputs: ['late'],
  needs: ({ late }) => (late ? ['late'] : []),
  produces: 'records',
  stores: ({ window }) => {
    if (!window) return { aggregates: BY_KEY };
    return { windows: UNTIL_DELETED, clock: BY_KEY, ...(window.type === 'sliding' && { points: UNTIL_DELETED }) };
  },
  stateDependsOn: ({ groupBy, window }) => ({ groupBy: groupBy ?? null, window: window ?? null }), // see Computation
  repartitionBy: ({ groupBy }) => groupBy ?? null,
  create(settings) {
    const computation = new Computation(settings.compute);
    const { time = null } = settings;
    const take = settings.window ? takeInWindows(settings, computation) : takeForEver(computation);
    const readValues = compileExpressions([...computation.expressions, ...(time === null ? [] : [time])]);
    const process = (record: ConsumerRecord, values: readonly unknown[], context: ProcessorContext): ProcessResult => {
      const timeMs = eventTimeMs(time === null ? record.timestampMs : values.at(-1), record, time);
      const sample = { key: groupKeyOf(record), timeMs, values };
      computation.check(sample, record);
      return take(sample, record, context);
    };
    return {
      process(record, context) {
        if (record.value === null) return null;
        const values = readValues(record);
        if (!(values instanceof Promise)) return process(record, values, context);
        return values.then((read) => process(record, read, context));
      },
    };
  },
});

function takeForEver(computation: Computation): Take {
  const output = new AggregateOutput(computation);
  return (sample, _record, context) => {
    const aggregates = context.store('aggregates');
    const states = computation.add(aggregates.get(sample.key) as States | undefined, sample);
    aggregates.put(sample.key, states);
    return [output.ofKey(sample.key, states)];
  };
}

function takeInWindows({ window, grace, emit, late, time }: AggregateOptions, computation: Computation): Take {
  if (!window) throw new Error('windows without a window; this is a bug, please report');
  const windowing = windowingOf(window, grace, computation);
  const output = new AggregateOutput(computation);
  return (sample, record, context) => {
    const change = new TaskWindows(windowing, context).take(sample, time === undefined ? null : sample.timeMs);
    if (change.late !== null) sayLate(sample, change.late, context);
    const outputs: OutputRecord[] =
      emit === 'onClose'
        ? change.closed.map((closed) => output.closed(closed, record))
        : change.updated.map((updated) => output.updated(updated));
    if (change.late !== null && late) outputs.push({ to: 'late', value: record.value });
    return outputs;
  };
}

function sayLate({ key, timeMs }: Sample, late: number, { log, task }: ProcessorContext): void {
  log.debug({ task, key, timeMs, late }, 'a record came after its windows had closed');
}

import {
  compileExpressions,
  defineProcessor,
  PoisonRecordError,
  type ConsumerRecord,
  type Headers,
  type KeyValueStore,
  type ProcessorContext,
  type ProcessResult,
} from '../../pipeline/index.ts';
import { groupKeyOf } from '../keys/group-key.ts';
import { stateAfter, type KeyState } from './key-state.ts';
import { options, type HysteresisOptions } from './options.ts';

const JSON_HEADERS: Headers = { 'content-type': 'application/json', 'frame-meta': undefined };

/** Tells when the value of a key has become high, low or normal, without flutter at the threshold. */
export default defineProcessor({
  name: 'hysteresis',
  summary:
    'Tells when a value of a key has become high, low or normal: `{ key, state, was, since, value }` at each change, with other thresholds for the way back.',
  options,
  produces: 'records',
  stores: { states: { type: 'keyValue' } },
  stateDependsOn: ({ value }) => value,
  create(settings) {
    const readValues = compileExpressions([settings.value]);
    return {
      process(record, context) {
        if (record.value === null) return null;
        const values = readValues(record);
        if (!(values instanceof Promise)) return changeOf(values[0], record, { settings, context });
        return values.then(([value]) => changeOf(value, record, { settings, context }));
      },
    };
  },
});

function changeOf(
  value: unknown,
  record: ConsumerRecord,
  { settings, context }: { readonly settings: HysteresisOptions; readonly context: ProcessorContext },
): ProcessResult {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw noNumber(value, record, settings.value);
  const states = context.store<KeyValueStore<KeyState>>('states');
  const key = groupKeyOf(record);
  const { after, change } = stateAfter(states.get(key), { value, timeMs: record.timestampMs }, settings);
  states.put(key, after);
  if (change === null) return null;
  const { state, was, sinceMs } = change;
  const told = { key, state, was, since: new Date(sinceMs).toISOString(), value };
  return { value: JSON.stringify(told), headers: JSON_HEADERS };
}

function noNumber(value: unknown, record: ConsumerRecord, expression: string): PoisonRecordError {
  const { topic, partition, offset } = record;
  return new PoisonRecordError(
    'HYSTERESIS_VALUE_INVALID',
    `the record at ${topic}-${partition}@${offset} is held against no threshold: "${expression}" gave ` +
      `${JSON.stringify(value).slice(0, 60)}, which is no number; correct the expression or convert it with $number`,
    { where: { topic, partition, offset } },
  );
}

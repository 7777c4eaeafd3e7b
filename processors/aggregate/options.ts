import { z } from 'zod';
import { duration } from '../../pipeline/index.ts';
import { jsonataOption } from '../expression/jsonata-option.ts';

const LONGEST = '3650d';
const RESERVED_NAMES = ['key', 'window'];
const KINDS = ['sum', 'min', 'max', 'mean', 'first', 'last', 'collect', 'distinct', 'topK'] as const;
const KNOWN = `count, or one of ${KINDS.join(', ')} with an expression, such as { sum: price }`;

const size = duration('1ms', LONGEST);

const window = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('tumbling').describe('Windows of one size, side by side from 1970-01-01T00:00Z on.'),
      size: size.describe('Length of a window: its start belongs to it, its end does not.'),
    }),
    z
      .strictObject({
        type: z.literal('hopping').describe('Windows of one size that overlap.'),
        size: size.describe('Length of a window: its start belongs to it, its end does not.'),
        advance: size.describe('Time from the start of a window to the start of the next; at most the size.'),
      })
      .refine(({ size, advance }) => advance <= size, {
        error: 'must not be longer than the size',
        path: ['advance'],
      }),
    z.strictObject({
      type: z.literal('sliding').describe('A window for each set of records that are no further apart than the size.'),
      size: size.describe('Greatest difference of time between two records of a window; both ends belong to it.'),
    }),
    z.strictObject({
      type: z.literal('session').describe('A window for each run of records without a pause.'),
      gap: size.describe('A pause longer than this ends a session.'),
    }),
  ],
  { error: 'it must be one of tumbling, hopping, sliding and session' },
);

const aggregate = z.union([
  z
    .string()
    .refine((text) => text === 'count', { error: `must be ${KNOWN}` })
    .meta({ enum: ['count'] })
    .describe('How many records.'),
  z
    .strictObject({
      sum: jsonataOption.optional().describe('Adds the numbers.'),
      min: jsonataOption.optional().describe('The least number.'),
      max: jsonataOption.optional().describe('The greatest number.'),
      mean: jsonataOption.optional().describe('The arithmetic mean of the numbers.'),
      first: jsonataOption.optional().describe('The value of the earliest record.'),
      last: jsonataOption.optional().describe('The value of the latest record.'),
      collect: jsonataOption.optional().describe('A list of the values, in the order of time.'),
      distinct: jsonataOption.optional().describe('How many different values there are.'),
      topK: jsonataOption.optional().describe('A list of the values of the highest rank, the highest first.'),
      limit: z
        .int()
        .min(1)
        .max(100_000)
        .optional()
        .describe(
          'With collect, how many are kept (the earliest; default 1000); with distinct, the end of counting (10000).',
        ),
      k: z.int().min(1).max(1000).optional().describe('With topK, how many (default 3).'),
      by: jsonataOption.optional().describe('With topK, the rank, a number. Default: the value itself.'),
    })
    .superRefine((given, context) => {
      if (context.issues.length > 0) return;
      const kinds = KINDS.filter((kind) => given[kind] !== undefined);
      const fault = faultOf(kinds, given);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    }),
]);

/** Options of `aggregate`. */
export const options = z
  .strictObject({
    groupBy: jsonataOption
      .optional()
      .describe(
        'JSONata that gives the key to group by, a text or a number. Default: the key of the record; no key is a group of its own.',
      ),
    window: window
      .optional()
      .describe(
        '`{ type: tumbling, size: 1m }`, `{ type: hopping, size: 5m, advance: 1m }`, `{ type: sliding, size: 1m }` or ' +
          '`{ type: session, gap: 30s }`, as in Kafka Streams. Default: one aggregate of all records of a key.',
      ),
    grace: duration('0ms', LONGEST)
      .prefault('0s')
      .describe('How late a record may be: a window closes when stream time has passed its end by so much.'),
    emit: z
      .enum(['onUpdate', 'onClose'])
      .default('onUpdate')
      .describe('The aggregate after every record, or each window once, when it closes.'),
    late: z
      .boolean()
      .default(false)
      .describe('Hands records whose windows have closed to the output `late`, unchanged; otherwise they are dropped.'),
    time: jsonataOption
      .optional()
      .describe(
        'JSONata that gives the time of the event: milliseconds since 1970, or ISO 8601. Default: the timestamp of the record.',
      ),
    compute: z
      .record(z.string().min(1), aggregate)
      .describe(
        'What is computed, by name: `count`, or one of `{ sum: price }`, `min`, `max`, `mean`, `first`, `last`, ' +
          '`{ collect: item, limit: 1000 }`, `{ distinct: user, limit: 10000 }`, `{ topK: name, k: 3, by: score }`, each ' +
          'with JSONata over the JSON value of the record. Records where it gives nothing or null do not count.',
      ),
  })
  .superRefine(({ window: given, emit, grace, late, compute }, context) => {
    const say = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (Object.keys(compute).length === 0) say('compute', 'must name one aggregate at least, such as { n: count }');
    const taken = RESERVED_NAMES.filter((name) => name in compute);
    for (const name of taken) say('compute', `must name no aggregate "${name}", which the output has already`);
    if (given) return;
    if (emit === 'onClose') say('emit', 'must be onUpdate where there is no window that could close');
    if (grace > 0) say('grace', 'must be left out where there is no window that could close');
    if (late) say('late', 'must be left out where there is no window that could close');
  });

export type AggregateOptions = z.output<typeof options>;
export type WindowOptions = NonNullable<AggregateOptions['window']>;
export type ComputeOptions = AggregateOptions['compute'];
export type AggregateOption = ComputeOptions[string];

type Mapping = Exclude<AggregateOption, string>;

function faultOf(kinds: readonly (typeof KINDS)[number][], { limit, k, by }: Mapping): string | null {
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return `must be ${KNOWN}`;
  if (limit !== undefined && kind !== 'collect' && kind !== 'distinct') return `must have no limit with ${kind}`;
  if ((k !== undefined || by !== undefined) && kind !== 'topK') return `must have no k and no by with ${kind}`;
  return null;
}

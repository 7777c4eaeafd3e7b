import { z } from 'zod';
import { duration } from '../../pipeline/index.ts';
import { jsonataOption } from '../expression/jsonata-option.ts';

const LONGEST = '3650d';

/** Options of `join`. */
export const options = z
  .strictObject({
    kind: z
      .enum(['stream-stream', 'stream-table', 'table-table'])
      .describe(
        'What the two topics are: of a stream each record is an event of its own; of a table it replaces the one before ' +
          'of its key, or deletes it when it has no value. A join of a stream with a table makes output for the stream alone.',
      ),
    type: z
      .enum(['inner', 'left', 'outer'])
      .default('inner')
      .describe(
        'inner: only what matches. left: all of the left side, alone where nothing matches. outer: all of both sides, ' +
          'not with a stream-table join. Of two streams, what stays alone is written when its window has closed.',
      ),
    left: z
      .string()
      .min(1)
      .describe('Topic of the left side, one of the two under `from`; the stream of a stream-table join.'),
    right: z
      .string()
      .min(1)
      .describe('Topic of the right side, the other one under `from`; the table of a stream-table join.'),
    within: duration('0ms', LONGEST)
      .optional()
      .describe('Greatest difference of time between two records that match; for stream-stream joins, which need it.'),
    grace: duration('0ms', LONGEST)
      .prefault('0s')
      .describe(
        'How late a record may be: its window closes when stream time has passed its time by `within` and so much more.',
      ),
    by: z
      .enum(['key', 'frameId'])
      .default('key')
      .describe(
        'What must be equal: the key, or the id of the frame in the frame-meta header, for two streams of frames of the ' +
          'same source.',
      ),
    select: jsonataOption
      .optional()
      .describe(
        'JSONata over `{ key, left, right }` that gives the JSON value; a side there is none of is absent, and where it ' +
          'selects nothing there is no output. Default: `{ key, left, right }` with null for such a side; by frameId the ' +
          'left frame with the objects of the right one added.',
      ),
  })
  .superRefine(({ kind, type, left, right, within, grace, by }, context) => {
    const say = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const areStreams = kind === 'stream-stream';
    if (left === right) say('right', 'must be another topic than the left one');
    if (kind === 'stream-table' && type === 'outer')
      say('type', 'must be inner or left where only the left is a stream');
    if (areStreams && within === undefined) say('within', 'must be given for kind: stream-stream, such as 10s');
    if (!areStreams && within !== undefined) say('within', `must be left out for kind: ${kind}, which has no window`);
    if (!areStreams && grace > 0) say('grace', `must be left out for kind: ${kind}, which has no window`);
    if (!areStreams && by === 'frameId') say('by', `must be key for kind: ${kind}: a table of frames would never end`);
  });

export type JoinOptions = z.output<typeof options>;

/** One of the two inputs. */
export type Side = 'left' | 'right';

/** Which input a record came from. */
export function sideOf(topic: string, { left, right }: JoinOptions): Side {
  if (topic === left) return 'left';
  if (topic === right) return 'right';
  throw new Error(`"${topic}" is no side of the join; lint comes first, this is a bug, please report`);
}

/** Whether records of a side are written alone where nothing matches. */
export function isPreserved(side: Side, { type }: JoinOptions): boolean {
  return type === 'outer' || (type === 'left' && side === 'left');
}

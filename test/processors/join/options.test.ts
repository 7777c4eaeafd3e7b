import { describe, expect, it } from 'vitest';
import join from '../../../processors/join/index.ts';

const topics = { left: 'a', right: 'b' };
const faults = (given: object): string[] =>
  join.options
    .safeParse({ ...topics, ...given })
    .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];

describe('options of join', () => {
  it.each([
    [{ kind: 'stream-stream' }, 'within must be given for kind: stream-stream, such as 10s'],
    [{ kind: 'stream-table', within: '1s' }, 'within must be left out for kind: stream-table, which has no window'],
    [{ kind: 'table-table', grace: '1s' }, 'grace must be left out for kind: table-table, which has no window'],
    [{ kind: 'stream-table', type: 'outer' }, 'type must be inner or left where only the left is a stream'],
    [{ kind: 'table-table', by: 'frameId' }, 'by must be key for kind: table-table: a table of frames would never end'],
    [{ kind: 'table-table', right: 'a' }, 'right must be another topic than the left one'],
  ])('refuses %o', (given, fault) => {
    expect(faults(given)).toEqual([fault]);
  });

  it.each([
    { kind: 'stream-stream', within: '0ms', grace: '1h', type: 'outer', by: 'frameId' },
    { kind: 'stream-table', type: 'left' },
    { kind: 'table-table', type: 'outer', select: 'left.name' },
  ])('takes %o', (given) => {
    expect(faults(given)).toEqual([]);
  });
});

import { messageOf } from '../../pipeline/errors/pipeline-error.ts';
import { headerText } from '../../pipeline/ports/record.ts';
import stdin from '../../pipeline/sources/stdin.ts';
import { runSource } from './source-harness.ts';

/** Runs the source on the standard input of this process: options are the first argument, what it made is JSON lines. */
const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

const run = runSource(stdin, JSON.parse(process.argv[2] ?? '{}') as object, {
  name: 'orders',
  deadLetter: async (raw, error, headers) => void say({ dead: raw.toString(), message: messageOf(error), ...headers }),
});
process.once('SIGTERM', () => run.stop());

for await (const { key, value, headers } of run.records) {
  say({ key, value: String(value), type: headers['content-type'], id: headerText(headers, 'ce_id') });
}
say({ ended: true, heapMb: Math.round(process.memoryUsage().rss / 2 ** 20) });

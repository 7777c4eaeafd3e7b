import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Process ids of the direct children of this process whose program has this name and whose arguments hold a text. */
export async function childrenOf(program: string, argument: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const isOurs = Number(parent) === process.pid && args.startsWith(program) && args.includes(argument);
    return isOurs ? [Number(pid)] : [];
  });
}

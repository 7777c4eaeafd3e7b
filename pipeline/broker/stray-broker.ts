import { readFile, readdir } from 'node:fs/promises';
import { platform } from 'node:os';
import { settingsFile } from './broker-note.ts';
import { runCommand } from './command.ts';

/**
 * Number of the process that runs the managed broker of a folder, told by its command line, or null. It matters where a
 * broker was never noted or its note is gone: a second Kafka on the same data writes into its metadata before it
 * notices the first.
 */
export async function findStrayBroker(stateDirectory: string): Promise<number | null> {
  const commands = platform() === 'linux' ? await commandsFromProc() : await commandsFromPs();
  const settings = settingsFile(stateDirectory);
  return commands.find(({ command }) => command.endsWith(` kafka.Kafka ${settings}`))?.pid ?? null;
}

interface Command {
  readonly pid: number;
  readonly command: string;
}

async function commandsFromProc(): Promise<readonly Command[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // ended in the meantime
      return { pid: Number(pid), command: command.replace(/\0$/, '').replaceAll('\0', ' ') };
    }),
  );
}

async function commandsFromPs(): Promise<readonly Command[]> {
  const { output } = await runCommand('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'command=']);
  return output.split('\n').map((line) => {
    const [, pid = '', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), command };
  });
}

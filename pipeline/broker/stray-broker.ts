import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { settingsFile } from './broker-note.ts';
import { runCommand } from './command.ts';
import { processIdentity } from './process-identity.ts';
import { endProcess } from './stop-managed.ts';

/**
 * Number of the process that runs the managed broker of a folder, told by its command line, or null. It matters where a
 * broker was never noted or its note is gone: a second Kafka on the same data writes into its metadata before it
 * notices the first. Processes of other users and, on Linux, of containers are not ours, whatever they look like.
 */
export function findStrayBroker(stateDirectory: string): Promise<number | null> {
  const settings = settingsFile(stateDirectory);
  return platform() === 'linux' ? findInProc(settings) : findByPs(settings);
}

/** Ends the broker that {@link findStrayBroker} finds, and gives its number; null where there is none. */
export async function endStrayBroker(stateDirectory: string): Promise<number | null> {
  const pid = await findStrayBroker(stateDirectory);
  const identity = pid === null ? null : await processIdentity(pid);
  if (pid === null || identity === null) return null;
  await endProcess({ pid, identity });
  return pid;
}

async function findInProc(settings: string): Promise<number | null> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => ''); // ended in the meantime
      return isBroker(line.split('\0').slice(0, -1), settings) && (await isOurs(name));
    }),
  );
  const index = found.indexOf(true);
  return index < 0 ? null : Number(names[index]);
}

/** `java ... -cp <jars> kafka.Kafka <settings>`, element by element, as `tryStart` of the managed broker makes it. */
function isBroker(argv: readonly string[], settings: string): boolean {
  return argv.at(-4) === '-cp' && argv.at(-2) === 'kafka.Kafka' && argv.at(-1) === settings;
}

async function isOurs(pid: string): Promise<boolean> {
  const owner = await stat(`/proc/${pid}`).catch(() => null);
  if (owner?.uid !== process.getuid?.()) return false;
  const [own, its] = await Promise.all([pidNamespace('self'), pidNamespace(pid)]);
  return own === null || its === null || own === its;
}

/** Null where it may not be read. */
function pidNamespace(pid: string): Promise<string | null> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => null);
}

/** Of systems without /proc; `ps` joins the elements of a command line, so only its end can be compared. */
async function findByPs(settings: string): Promise<number | null> {
  const { output } = await runCommand('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'uid=', '-o', 'command=']);
  const ours = output.split('\n').find((line) => {
    const [, , uid, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(uid) === process.getuid?.() && command.endsWith(` kafka.Kafka ${settings}`);
  });
  return ours === undefined ? null : Number.parseInt(ours, 10);
}

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** A broker that tapline started for a folder, as noted in `.tapline/broker/broker.json`. */
export interface BrokerNote {
  readonly kind: 'managed' | 'compose';
  /** Of the Java process; null for a container. */
  readonly pid: number | null;
  readonly port: number;
}

export function brokerDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'broker');
}

/** Notes a broker; the note is replaced whole, never half-written. */
export async function writeNote(stateDirectory: string, note: BrokerNote): Promise<void> {
  await mkdir(brokerDirectory(stateDirectory), { recursive: true });
  const path = notePath(stateDirectory);
  await writeFile(`${path}.tmp`, `${JSON.stringify(note)}\n`);
  await rename(`${path}.tmp`, path);
}

/** The broker noted for this folder if its process is really there; a stale note is removed. */
export async function readNote(stateDirectory: string): Promise<BrokerNote | null> {
  const note = await parseNote(stateDirectory);
  if (!note) return null;
  if (note.pid === null || (await isBrokerProcess(note.pid, stateDirectory))) return note;
  await removeNote(stateDirectory);
  return null;
}

export async function removeNote(stateDirectory: string): Promise<void> {
  await rm(notePath(stateDirectory), { force: true });
}

/** A process number may have been given to another program: its command line has to name our settings. */
export async function isBrokerProcess(pid: number, stateDirectory: string): Promise<boolean> {
  const { code, output } = await runCommand('ps', ['-p', String(pid), '-o', 'command=']);
  return code === 0 && output.includes('kafka.Kafka') && output.includes(brokerDirectory(stateDirectory));
}

async function parseNote(stateDirectory: string): Promise<BrokerNote | null> {
  try {
    return JSON.parse(await readFile(notePath(stateDirectory), 'utf8')) as BrokerNote;
  } catch {
    return null; // absent or unreadable: nothing is known to run
  }
}

function notePath(stateDirectory: string): string {
  return join(brokerDirectory(stateDirectory), 'broker.json');
}

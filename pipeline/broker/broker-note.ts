import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const managed = z.object({
  kind: z.literal('managed'),
  pid: z.int().positive(),
  /** What {@link processIdentity} said of it: another process may get the number later. */
  identity: z.string(),
  port: z.int(),
  controllerPort: z.int(),
  /** Version of Apache Kafka. */
  version: z.string(),
  /** Where the archive of loaded classes goes that this broker writes when it ends; null where it writes none. */
  archive: z.string().nullable(),
});

const compose = z.object({
  kind: z.literal('compose'),
  /** The number of a container's process is not ours to see. */
  pid: z.null(),
  /** Compose project the container belongs to. */
  project: z.string(),
  port: z.int(),
});

const brokerNote = z.discriminatedUnion('kind', [managed, compose]);

/** A broker that tapline started for a folder, as noted in `.tapline/broker/broker.json`. */
export type BrokerNote = z.infer<typeof brokerNote>;
export type ManagedNote = z.infer<typeof managed>;
export type ComposeNote = z.infer<typeof compose>;

export function brokerDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'broker');
}

/** The `server.properties` that the managed broker of a folder is started with. */
export function settingsFile(stateDirectory: string): string {
  return join(brokerDirectory(stateDirectory), 'server.properties');
}

/** Notes a broker; the note is replaced whole, never half-written. */
export async function writeNote(stateDirectory: string, note: BrokerNote): Promise<void> {
  await mkdir(brokerDirectory(stateDirectory), { recursive: true });
  const path = notePath(stateDirectory);
  await writeFile(`${path}.tmp`, `${JSON.stringify(note, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

/** What is noted for this folder, or null; whether it still runs is another question. */
export async function readNote(stateDirectory: string): Promise<BrokerNote | null> {
  try {
    return brokerNote.parse(JSON.parse(await readFile(notePath(stateDirectory), 'utf8')));
  } catch {
    return null; // absent, torn or of another version: nothing is known to run
  }
}

export async function removeNote(stateDirectory: string): Promise<void> {
  await rm(notePath(stateDirectory), { force: true });
}

function notePath(stateDirectory: string): string {
  return join(brokerDirectory(stateDirectory), 'broker.json');
}

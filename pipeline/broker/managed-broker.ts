import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FatalError } from '../errors/pipeline-error.ts';
import { waitUntilReady } from '../kafka/readiness.ts';
import { localConnection } from './broker.ts';
import { brokerDirectory, isBrokerProcess, writeNote, type BrokerNote } from './broker-note.ts';
import { brokerSettings } from './broker-settings.ts';
import { runCommand } from './command.ts';
import { freePort } from './free-port.ts';
import { LOG_SETTINGS } from './jars.ts';
import type { Java } from './java.ts';

const STOP_DEADLINE_MS = 10_000;
const POLL_MS = 50;
const LOG_TAIL_LINES = 12;

/** What a managed broker runs with. */
export interface ManagedBrokerParts {
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
  readonly java: Java;
  readonly jarDirectory: string;
  readonly preferredPort: number;
}

/**
 * Starts Apache Kafka as one KRaft node in a process group of its own (Ctrl-C must not end it before the workers have
 * drained) and waits until it takes records. @throws FatalError BROKER_START_FAILED with the end of its log.
 */
export async function startManagedBroker(parts: ManagedBrokerParts): Promise<BrokerNote> {
  const directory = brokerDirectory(parts.stateDirectory);
  await mkdir(directory, { recursive: true });
  const dataDirectory = join(directory, 'data');
  const settings = join(directory, 'server.properties');
  const port = await freePort(parts.preferredPort);
  const controllerPort = await freePort(0);
  await writeFile(settings, brokerSettings({ port, controllerPort, dataDirectory }));
  if (!existsSync(join(dataDirectory, 'meta.properties'))) await format(parts, settings);

  const log = join(directory, 'broker.log');
  const output = openSync(log, 'a');
  const args = [...(await classArchive(parts)), ...javaArguments(parts), 'kafka.Kafka', settings];
  const child = spawn(parts.java.program, args, { detached: true, stdio: ['ignore', output, output], cwd: directory });
  closeSync(output);
  child.unref();
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => void logTail(log).then((tail) => reject(startFailed(code, log, tail))));
  });
  died.catch(() => undefined); // after the start, a death is for the clients to notice
  await Promise.race([waitUntilReady(localConnection(port)), died]);
  const note: BrokerNote = { kind: 'managed', pid: child.pid ?? null, port };
  await writeNote(parts.stateDirectory, note);
  return note;
}

/** Ends a managed broker: it closes its logs cleanly, or is ended by force after ten seconds. */
export async function stopManagedBroker(pid: number, stateDirectory: string, cacheDirectory: string): Promise<void> {
  const isThere = (): Promise<boolean> => isBrokerProcess(pid, stateDirectory);
  if (!(await isThere())) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_DEADLINE_MS;
  while (Date.now() < deadline && (await isThere())) await sleep(POLL_MS);
  if (await isThere()) process.kill(pid, 'SIGKILL');
  await keepArchive(stateDirectory, cacheDirectory);
}

function javaArguments({ jarDirectory }: ManagedBrokerParts): string[] {
  const memory = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return [...memory, `-Dlog4j2.configurationFile=${LOG_SETTINGS}`, '-cp', join(jarDirectory, '*')];
}

async function format(parts: ManagedBrokerParts, settings: string): Promise<void> {
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1)}`;
  const args = [...javaArguments(parts), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings];
  const { code, output } = await runCommand(parts.java.program, args);
  if (code !== 0) throw startFailed(code, settings, output.split('\n').slice(-LOG_TAIL_LINES).join('\n'));
}

/**
 * An archive of loaded classes halves the start. The first broker writes it when it stops, under a name of its own;
 * whoever stops it moves it into the cache. Java ignores one that does not fit.
 */
async function classArchive({
  cacheDirectory,
  java,
  jarDirectory,
  stateDirectory,
}: ManagedBrokerParts): Promise<string[]> {
  const name = `classes-${jarDirectory.replaceAll(/[^\w.]+/g, '-').slice(-40)}-${java.version}.jsa`;
  const archive = join(cacheDirectory, name);
  if (existsSync(archive))
    return ['-Xshare:auto', `-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
  const fresh = join(brokerDirectory(stateDirectory), 'classes.jsa');
  await rm(fresh, { force: true });
  await writeFile(archiveNameFile(stateDirectory), name);
  return [`-XX:ArchiveClassesAtExit=${fresh}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
}

async function keepArchive(stateDirectory: string, cacheDirectory: string): Promise<void> {
  const fresh = join(brokerDirectory(stateDirectory), 'classes.jsa');
  if (!existsSync(fresh)) return;
  const name = await readFile(archiveNameFile(stateDirectory), 'utf8');
  // Another device or a full cache: the next start is merely slower.
  await rename(fresh, join(cacheDirectory, name)).catch(() => rm(fresh, { force: true }));
}

function archiveNameFile(stateDirectory: string): string {
  return join(brokerDirectory(stateDirectory), 'classes.name');
}

async function logTail(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

function startFailed(code: number | null, log: string, tail: string): FatalError {
  return new FatalError(
    'BROKER_START_FAILED',
    `the Kafka broker ended while it started (exit code ${code ?? 'none'}); its last words are below, ${log} has the rest\n${tail}`,
  );
}

import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerDirectory, removeNote, settingsFile, writeNote, type ManagedNote } from './broker-note.ts';
import { brokerSettings } from './broker-settings.ts';
import { classArchive, useArchive, writeArchive, type ClassArchive } from './class-archive.ts';
import { formatData } from './format-data.ts';
import { freePorts } from './free-port.ts';
import type { Jars } from './jars.ts';
import type { Java } from './java.ts';
import { javaArguments } from './java-arguments.ts';
import { launch, type StartEnd } from './launch.ts';
import { processIdentity } from './process-identity.ts';
import { isExplained, isPortTaken, readLog, startFailed } from './start-failure.ts';
import { endProcess, stopManagedBroker } from './stop-managed.ts';
import { findStrayBroker } from './stray-broker.ts';

const ATTEMPTS = 3;

/** What a managed broker runs with. */
export interface ManagedBrokerParts {
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
  readonly java: Java;
  readonly jars: Jars;
  readonly preferredPort: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Starts Apache Kafka as one KRaft node and waits until it takes records. A port that was taken in the meantime and an
 * archive of classes that Java stumbles over are mended by another try.
 * @throws FatalError BROKER_START_FAILED with the end of its log; the signal's reason when that aborts.
 */
export async function startManagedBroker(parts: ManagedBrokerParts): Promise<ManagedNote> {
  const directory = brokerDirectory(parts.stateDirectory);
  const dataDirectory = join(directory, 'data');
  const logFile = join(directory, 'broker.log');
  await mkdir(directory, { recursive: true });
  await endStray(parts.stateDirectory);
  for (let attempt = 1; ; attempt++) {
    if (existsSync(logFile)) await rename(logFile, `${logFile}.1`);
    const archive = classArchive(parts.cacheDirectory, parts.java, parts.jars.directory);
    const outcome = await tryStart(parts, { dataDirectory, logFile, archive });
    if ('note' in outcome) return outcome.note;
    const { end, log, isLate } = outcome;
    const mayBeArchive = archive.exists && !isLate && !isExplained(log);
    if (attempt === ATTEMPTS || !(mayBeArchive || isPortTaken(log))) {
      throw startFailed(log, { end, logFile, dataDirectory });
    }
    if (mayBeArchive) await rm(archive.path, { force: true });
  }
}

type Outcome = { readonly note: ManagedNote } | (StartEnd & { readonly log: string });

interface Place {
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly archive: ClassArchive;
}

async function tryStart(parts: ManagedBrokerParts, { dataDirectory, logFile, archive }: Place): Promise<Outcome> {
  const { env, java, jars, signal, stateDirectory } = parts;
  const fault = existsSync(dataDirectory) ? null : await formatData(dataDirectory, parts, useArchive(archive));
  if (fault !== null) return { end: 'its data folder could not be made', isLate: false, log: fault };
  const ports = await freePorts(parts.preferredPort);
  const settings = settingsFile(stateDirectory);
  await writeFile(settings, brokerSettings({ ...ports, dataDirectory }));
  const classes = archive.exists ? useArchive(archive) : await writeArchive(stateDirectory);
  const args = [...classes, ...(await javaArguments(jars.directory)), 'kafka.Kafka', settings];
  const { pid, ended, readyOrEnded } = launch(java.program, args, { env, logFile });
  const identity = pid === undefined ? null : await processIdentity(pid);
  if (pid === undefined || identity === null) return { ...(await ended), log: '' };

  const written = archive.exists ? null : archive.path;
  const note: ManagedNote = { kind: 'managed', pid, identity, ...ports, version: jars.version, archive: written };
  await writeNote(stateDirectory, note); // before it is ready, so that whoever comes after a killed starter finds it
  let end: StartEnd | null = { end: 'it was interrupted', isLate: false };
  try {
    end = await readyOrEnded(ports.port, signal);
  } finally {
    if (end !== null) await undo(note, stateDirectory);
  }
  return end === null ? { note } : { ...end, log: await readLog(logFile) };
}

async function undo(note: ManagedNote, stateDirectory: string): Promise<void> {
  await stopManagedBroker({ ...note, archive: null }, stateDirectory);
  await removeNote(stateDirectory);
}

async function endStray(stateDirectory: string): Promise<void> {
  const pid = await findStrayBroker(stateDirectory);
  const identity = pid === null ? null : await processIdentity(pid);
  if (pid !== null && identity !== null) await endProcess({ pid, identity });
}

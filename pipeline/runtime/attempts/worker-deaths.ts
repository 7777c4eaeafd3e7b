import { rmSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isSameBoot, machineBoot } from '../../state/machine-boot.ts';
import { isRunning } from '../../state/store-owner.ts';
import { blame, namesIn, placeName } from './suspects.ts';
import { readUnderWay } from './under-way-file.ts';

const ENDING = '.under-way';

/** What the workers of a stage are at, and the records that are suspected of killing them, below the working directory. */
export function attemptsFolder(topology: string, stage: string): string {
  return join(process.cwd(), '.tapline', 'attempts', topology, stage);
}

/** The file of one worker process: those of a stage on one machine may share the folder. */
export function underWayPath(folder: string, worker: string, pid: number): string {
  return join(folder, `${worker}.${pid}${ENDING}`);
}

/** The records a worker process was at when it died count one death more. */
export function countDeath(path: string, how: string): void {
  const underWay = readUnderWay(path);
  try {
    unlinkSync(path); // whoever removes it counts it, and nobody counts it twice
  } catch {
    return;
  }
  for (const record of underWay?.records ?? []) blame(dirname(path), record, how);
}

/** A death that was wanted says nothing about the records. */
export function pardonDeath(path: string): void {
  rmSync(path, { force: true });
}

/** Counts the deaths that no supervisor has seen. */
export function countUnseenDeaths(folder: string): void {
  for (const name of namesIn(folder)) {
    if (!name.endsWith(ENDING)) continue;
    const path = join(folder, name);
    const owner = readUnderWay(path)?.owner;
    if (!owner) pardonDeath(path);
    else if (owner.host !== hostname() || isRunning(owner)) continue;
    else if (isSameBoot(owner.boot, machineBoot())) countDeath(path, 'nobody saw how');
    else pardonDeath(path); // the machine went down with it
  }
}

/** The records a worker is at, as text that changes as long as it gets on. */
export function progressOf(path: string): string {
  return (readUnderWay(path)?.records ?? []).map(placeName).join(' ');
}

import { judgeOf, type Check } from './check.ts';
import type { Needs } from './needs.ts';

/** A port somebody shall listen at. */
export interface PortFact {
  /** `tap "viewer"` */
  readonly of: string;
  readonly port: number;
  readonly isFree: boolean;
  /** A run of this topology has it. */
  readonly isOurs: boolean;
  /** The file says this port and no other. */
  readonly isFixed: boolean;
  readonly mend: string;
}

/** The folder that keeps the broker's data and the state of stages. */
export interface DiskFact {
  readonly directory: string;
  readonly freeBytes: number;
}

export interface ModelFact {
  /** Processor that detects with it. */
  readonly processor: string;
  readonly bytes: number;
  readonly directory: string;
  readonly state: 'good' | 'absent' | 'damaged';
}

const MEGABYTE = 1024 ** 2;
const LEAST_FREE_BYTES = 512 * MEGABYTE;

export function judgePort({ of, port, isFree, isOurs, isFixed, mend }: PortFact): Check {
  const { ok, warning, fault } = judgeOf('machine', `port ${port}`);
  if (isOurs) return ok(`${of}: in use by the topology that runs here`);
  if (isFree) return ok(`${of}: free`);
  return isFixed ? fault(`${of}: taken`, mend) : warning(`${of}: taken, so another will be used`, mend);
}

/** Whether data and state have room; a broker elsewhere keeps its data elsewhere. */
export function judgeDisk({ directory, freeBytes }: DiskFact, needs: Needs, hasLocalBroker: boolean): Check {
  const { ok, warning, fault } = judgeOf('machine', 'disk');
  const free = `${megabytes(freeBytes)} free for ${directory}`;
  const clean = 'free some space, or run in a folder on another disk';
  if (!hasLocalBroker && !needs.keepsStateOnDisk) return ok(`${free}; only logs are written there`);
  if (freeBytes < LEAST_FREE_BYTES)
    return fault(`${free}, and at least ${megabytes(LEAST_FREE_BYTES)} are needed`, clean);
  if (!hasLocalBroker) return ok(`${free}, for the state of stages`);
  if (needs.brokerBytes === null)
    return ok(`${free}; some topics have no limit of bytes`, 'give topics a retentionBytes where the disk is small');
  if (freeBytes >= needs.brokerBytes) return ok(`${free}; the topics take ${megabytes(needs.brokerBytes)} at most`);
  return warning(
    `${free}; the topics may take ${megabytes(needs.brokerBytes)}`,
    `${clean}, or lower retentionBytes of the topics`,
  );
}

export function judgeModel({ processor, bytes, directory, state }: ModelFact): Check {
  const { ok, warning } = judgeOf('machine', `model of ${processor}`);
  if (state === 'good') return ok(`whole in ${directory}`);
  const found = state === 'absent' ? `not yet in ${directory}` : `damaged in ${directory}`;
  const size = `${(bytes / MEGABYTE).toPrecision(2)} MB`;
  return warning(
    `${found}; the first run fetches it (${size})`,
    `run npm run models:pull -- ${processor} while there is a network`,
  );
}

function megabytes(bytes: number): string {
  return bytes >= 10 * 1024 * MEGABYTE
    ? `${(bytes / MEGABYTE / 1024).toFixed(0)} GB`
    : `${(bytes / MEGABYTE).toFixed(0)} MB`;
}

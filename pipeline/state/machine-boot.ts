import { readFileSync } from 'node:fs';
import { platform, uptime } from 'node:os';

/** Clocks are corrected, so the time of a boot is not the same each time it is computed. */
const TOLERANCE_SECONDS = 10;

/** Tells one boot of this machine from the next. */
export function machineBoot(): string {
  if (platform() === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `at ${Math.round(Date.now() / 1000 - uptime())}`;
}

/** Whether two names given by `machineBoot` are of one boot. */
export function isSameBoot(one: string, other: string): boolean {
  if (one === other) return true;
  return Math.abs(secondsOf(one) - secondsOf(other)) <= TOLERANCE_SECONDS;
}

function secondsOf(boot: string): number {
  return /^at \d+$/.test(boot) ? Number(boot.slice('at '.length)) : NaN;
}

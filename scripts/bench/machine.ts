import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Megabytes. */
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  /** Processes that wanted a processor in the minute before: well above zero, the machine was not ours alone. */
  readonly loadAtStart: number;
  readonly broker: string;
}

export function describeMachine(broker: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 1_048_576),
    platform: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadAtStart: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    broker,
  };
}

import pidusage from 'pidusage';

const SAMPLE_MS = 500;

/** What a process used while it was measured. */
export interface ProcessUse {
  readonly name: string;
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

interface Watched {
  readonly name: string;
  readonly pid: number;
  firstCpuMs: number;
  lastCpuMs: number;
  peakRssBytes: number;
}

/** Measures processor time and memory of processes from `start` to `stop`. */
export class ProcessMeter {
  readonly #watched: readonly Watched[];
  #timer: NodeJS.Timeout | undefined;

  constructor(processes: readonly { readonly name: string; readonly pid: number }[]) {
    this.#watched = processes.map((entry) => ({ ...entry, firstCpuMs: NaN, lastCpuMs: NaN, peakRssBytes: 0 }));
  }

  async start(): Promise<void> {
    await this.#sample();
    for (const entry of this.#watched) entry.firstCpuMs = entry.lastCpuMs;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  async stop(): Promise<ProcessUse[]> {
    clearInterval(this.#timer);
    await this.#sample();
    return this.#watched.map(({ name, firstCpuMs, lastCpuMs, peakRssBytes }) => ({
      name,
      cpuMs: lastCpuMs - firstCpuMs,
      peakRssBytes,
    }));
  }

  async #sample(): Promise<void> {
    await Promise.all(
      this.#watched.map(async (entry) => {
        const use = await pidusage(entry.pid).catch(() => null); // it has ended: what it used until then stands
        if (!use) return;
        entry.lastCpuMs = use.ctime;
        entry.peakRssBytes = Math.max(entry.peakRssBytes, use.memory);
      }),
    );
  }
}

import { readdir } from 'node:fs/promises';
import pidusage from 'pidusage';
import { gaugeOf } from '../../pipeline/metrics/snapshot.ts';
import type { Running } from '../bench/running.ts';
import type { Point, Series } from './series.ts';

const MEGABYTE = 1_048_576;
const SELF = 'supervisor';

/** Looks at the processes of a running topology again and again, and keeps what it saw. */
export class Sampler {
  readonly #running: Running;
  readonly #series = new Map<string, { readonly series: Omit<Series, 'points'>; readonly points: Point[] }>();
  readonly #startedMs = performance.now();

  constructor(running: Running) {
    this.#running = running;
  }

  get series(): readonly Series[] {
    return [...this.#series.values()].map(({ series, points }) => ({ ...series, points }));
  }

  async look(): Promise<void> {
    const atS = (performance.now() - this.#startedMs) / 1000;
    const processes = [...this.#running.processes(), { name: SELF, pid: process.pid }];
    await Promise.all(
      processes.map(async ({ name, pid }) => {
        const use = await pidusage(pid).catch(() => null); // it has just ended
        if (use) this.#add({ name, kind: 'memory' }, { atS, value: use.memory / MEGABYTE });
        const files = await readdir(`/proc/${pid}/fd`).catch(() => null); // ended, or no Linux
        if (files) this.#add({ name, kind: 'files' }, { atS, value: files.length });
      }),
    );
    this.#add({ name: SELF, kind: 'resources' }, { atS, value: process.getActiveResourcesInfo().length });
    for (const { process: worker, history } of this.#running.supervisor.workers) {
      const value = gaugeOf(history.latest, 'active_resources');
      if (value > 0) this.#add({ name: worker.name, kind: 'resources' }, { atS, value });
    }
    for (const { name, lag } of this.#running.supervisor.status().stages) {
      if (lag !== null) this.#add({ name, kind: 'lag' }, { atS, value: lag });
    }
  }

  #add(series: Omit<Series, 'points'>, point: Point): void {
    const id = `${series.kind} ${series.name}`;
    const known = this.#series.get(id) ?? { series, points: [] };
    known.points.push(point);
    this.#series.set(id, known);
  }
}

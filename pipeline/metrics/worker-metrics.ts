import { Counter, Gauge, Histogram, Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import type { DropCount } from '../task/drop-count.ts';

const PROCESS_BUCKETS_MS = [
  0.1, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2500, 5000, 10000,
];
const AGE_BUCKETS_MS = [
  5, 10, 20, 30, 40, 50, 60, 75, 90, 110, 130, 160, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000, 10000, 60000,
];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Whose metrics: the labels of every series. */
export interface WorkerLabels {
  readonly topology: string;
  readonly kind: 'source' | 'stage' | 'tap';
  readonly name: string;
  readonly worker: string;
}

/** All that a worker counts. Prometheus names carry the prefix `tapline_`. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly recordsIn = this.#counter('records_in_total', 'Records read.');
  readonly recordsOut = this.#counter('records_out_total', 'Records written and acknowledged.');
  readonly bytesIn = this.#counter('bytes_in_total', 'Bytes of record values read.');
  readonly bytesOut = this.#counter('bytes_out_total', 'Bytes of record values written.');
  readonly deadLetters = this.#counter('dead_letters_total', 'Records sent to the dead-letter topic.');
  readonly skipped = this.#counter('skipped_total', 'Failed records skipped because onError says so.');
  readonly retries = this.#counter('retries_total', 'Attempts after a first failure.');
  readonly lost = this.#counter('lost_records_total', 'Records deleted by retention before they were read.');
  readonly #dropped = new Counter({
    name: 'tapline_dropped_total',
    help: 'Records dropped for freshness, by reason.',
    labelNames: ['reason'],
    registers: [this.#registry],
  });
  readonly batchRecords = this.#histogram(
    'batch_records',
    'Records a unit of process, produce and commit.',
    BATCH_BUCKETS,
  );
  readonly processMs = this.#histogram(
    'process_milliseconds',
    'Time of a processor for one record.',
    PROCESS_BUCKETS_MS,
  );
  readonly ageMs = this.#histogram(
    'age_milliseconds',
    'Age of a record, from capture, when the worker was done with it.',
    AGE_BUCKETS_MS,
  );
  readonly underWay = this.#gauge('records_under_way', 'Records of a source that the stages have not finished.');
  readonly #rss = this.#gauge('resident_memory_bytes', 'Resident memory of the worker process.');
  readonly #activeResources = this.#gauge('active_resources', 'Sockets, timers and the like that a worker holds.');

  constructor(labels: WorkerLabels) {
    this.#registry.setDefaultLabels({ ...labels });
  }

  drop(count: DropCount): void {
    for (const [reason, n] of Object.entries(count)) this.#dropped.inc({ reason }, n);
  }

  /** Every series as plain data of its own (the registry hands out its live objects), to be merged by the supervisor. */
  async snapshot(): Promise<MetricsSnapshot> {
    this.#rss.set(process.memoryUsage.rss());
    this.#activeResources.set(process.getActiveResourcesInfo().length);
    return structuredClone(await this.#registry.getMetricsAsJSON());
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: `tapline_${name}`, help, registers: [this.#registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `tapline_${name}`, help, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `tapline_${name}`, help, buckets, registers: [this.#registry] });
  }
}

/** Series of one worker as plain data. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

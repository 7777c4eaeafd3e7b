import type { PartitionLog } from '../memory/partition-log.ts';
import type { Topic } from '../memory/topics.ts';
import type { ConsumerRecord } from '../ports/record.ts';

interface Arrival {
  readonly log: PartitionLog;
  upTo: bigint;
}

/** Reads a topic from its beginning, in the order in which its records could be seen, whatever their partition. */
export class TopicReader {
  readonly #arrivals: Arrival[] = [];
  readonly #positions = new Map<PartitionLog, bigint>();
  readonly #unwatch: (() => void)[];

  constructor({ logs }: Topic) {
    this.#unwatch = logs.map((log) => log.watch(() => this.#note(log)));
  }

  /** What has come since the last reading. */
  read(): ConsumerRecord[] {
    return this.#arrivals.splice(0).flatMap(({ log, upTo }) => {
      const from = this.#positions.get(log) ?? 0n;
      this.#positions.set(log, upTo);
      return readAll(log, from, upTo);
    });
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  #note(log: PartitionLog): void {
    const last = this.#arrivals.at(-1);
    if (last?.log === log) last.upTo = log.stableEnd;
    else this.#arrivals.push({ log, upTo: log.stableEnd });
  }
}

/** Records of one partition, those that retention has deleted left out. */
export function readAll(log: PartitionLog, from: bigint, to: bigint): readonly ConsumerRecord[] {
  const at = from < log.low ? log.low : from;
  return log.read(at, { maxBytes: Number.MAX_SAFE_INTEGER, to })?.records ?? [];
}

import type { PartitionReader } from '../../ports/partition-reader.ts';
import type { InputLog } from '../../runtime/replay/range-input.ts';

/** Stretches of partitions as the broker has them. */
export function kafkaLog(reader: PartitionReader): InputLog {
  return {
    async *read({ topic, partition, from, to }, signal) {
      const reading = await reader.open({ topic, partition }, signal);
      for await (const { records, nextOffset } of reading.batches(from)) {
        yield { records: records.filter(({ offset }) => offset < to), nextOffset: nextOffset < to ? nextOffset : to };
        if (nextOffset >= to) return;
      }
    },
  };
}

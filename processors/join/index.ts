import { defineProcessor, type Processor } from '../../pipeline/index.ts';
import { dataShape } from './data-shape.ts';
import { frameShape } from './frame-shape.ts';
import { options, type JoinOptions } from './options.ts';
import { joinsFrames, StreamStreamJoin, streamStreamStores } from './stream-stream.ts';
import { StreamTableJoin } from './stream-table.ts';
import { tableStores } from './table-stores.ts';
import { TableTableJoin } from './table-table.ts';

/**
 * Joins two topics as Kafka Streams does:
 * https://kafka.apache.org/41/streams/developer-guide/dsl-api/#joining. What is not matched of two streams is written
 * when its window has closed (https://issues.apache.org/jira/browse/KAFKA-10847), records without a key are kept by left
 * and outer joins of streams (KIP-962), and outputs have the later time of their two records, of a stream-table join that
 * of the stream. Other than there, a record that comes after its window has closed matches nothing, so that none is both
 * written alone and matched; and a table makes a tombstone only where there was a result.
 */
export default defineProcessor({
  name: 'join',
  summary:
    'Joins two topics by key: two streams within a time, a stream with a table, or two tables; inner, left or outer.',
  options,
  copartitioned: true,
  reads: ({ left, right }) => [left, right],
  stores: (settings) => (settings.kind === 'stream-stream' ? streamStreamStores(settings) : tableStores(settings)),
  stateDependsOn: ({ left, right, by }) => ({ left, right, by }),
  create: joinOf,
});

function joinOf(settings: JoinOptions): Processor {
  switch (settings.kind) {
    case 'stream-stream':
      return joinsFrames(settings)
        ? new StreamStreamJoin(settings, frameShape)
        : new StreamStreamJoin(settings, dataShape(settings));
    case 'stream-table':
      return new StreamTableJoin(settings, dataShape(settings));
    case 'table-table':
      return new TableTableJoin(settings, dataShape(settings));
  }
}

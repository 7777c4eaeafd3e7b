import { expect, inject, onTestFinished, test } from 'vitest';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import { StageWorker } from '../../pipeline/runtime/stage-worker.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { stagePlan } from '../runtime/stage-plan.ts';
import { createdTopic, kafkaAt, unique } from './kafka/cluster.ts';
import { silentLog } from './kafka/silent-log.ts';
import { readAll } from './read-records.ts';

const bootstrap = inject('bootstrap');
const BATCH = 64 * 1024;

test.each(['order: partition', 'at-least-once'] as const)(
  'records larger than batch.bytes that were written in transactions go through (%s)',
  async (how) => {
    const kafka = kafkaAt(bootstrap);
    const [input, output] = [await createdTopic(kafka), await createdTopic(kafka)];
    const upstream = kafka.producer();
    const writer = upstream.transactional(unique('x'));
    await writer.begin(new AbortController().signal);
    for (const n of [0, 1, 2]) {
      const value = Buffer.alloc(BATCH + 1000, String(n));
      await writer.commit([{ topic: input, partition: 0, key: 'k', value, headers: {}, timestampMs: Date.now() }]);
    }
    await writer.close();
    await upstream.close();
    const group = unique('g');
    let rewinds = 0;
    const worker = new StageWorker({
      plan: stagePlan({
        group,
        from: [input],
        to: { default: output },
        guarantee: how === 'at-least-once' ? 'at-least-once' : 'exactly-once',
        batch: { records: 500, bytes: BATCH, lingerMs: 0 },
        deadLetterTopic: output,
      }),
      worker: 'work-0',
      processor: { process: ({ value }) => ({ value: String(value?.subarray(0, 1)) }) },
      createConsumer: (options) =>
        kafka.consumer({
          ...options,
          onBatch: (batch, context) => {
            const rewind = context.rewind.bind(context);
            context.rewind = (offset) => {
              rewinds++;
              rewind(offset);
            };
            return options.onBatch(batch, context);
          },
        }),
      producer: kafka.producer(),
      deadLetterMaxBytes: 1024 * 1024,
      clock: systemClock,
      log: silentLog,
      metrics: new WorkerMetrics({ topology: 't', kind: 'stage', name: 'work', worker: 'work-0' }),
    });
    onTestFinished(() => worker.stop());
    await worker.start();
    const values = async (): Promise<string[]> => (await readAll(bootstrap, output)).map(({ value }) => String(value));
    const deadline = Date.now() + 15_000;
    while ((await values()).length < 3 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));

    expect({ out: await values(), rewinds: rewinds > 3 ? `${rewinds} rewinds in 15 s` : 'few' }).toEqual({
      out: ['0', '1', '2'],
      rewinds: 'few',
    });
  },
);

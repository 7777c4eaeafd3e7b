import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDefinition } from '../../pipeline/registry/load.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import { createFrameSession } from '../../pipeline/frame/frame-session.ts';
import type { Processor } from '../../pipeline/ports/processor.ts';
import type { ConsumerRecord, OutputRecord } from '../../pipeline/ports/record.ts';
import type { LoopOrder, LoopResult } from './loop.ts';
import { quiet } from './quiet.ts';

/** Entry of one worker of the loop: all processors one after the other in one process, no Kafka between them. */
interface Step {
  readonly name: string;
  readonly processor: Processor;
  readonly times: number[];
}

async function createSteps({ stages }: LoopOrder): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { name, process: id, options } of stages) {
    const definition = await loadDefinition('processor', id);
    const processor = await definition.create(options, { stage: name, log: quiet, baseDirectory: process.cwd() });
    steps.push({ name, processor, times: [] });
  }
  return steps;
}

async function passThrough(steps: readonly Step[], first: ConsumerRecord, signal: AbortSignal): Promise<void> {
  let record = first;
  for (const { name, processor, times } of steps) {
    const startedAt = performance.now();
    const place = { stage: name, task: name, streamTimeMs: 0, log: quiet, signal };
    const context = { ...place, store: noStore, forward: () => undefined };
    const output = (await processor.process(record, context)) as OutputRecord;
    times.push(performance.now() - startedAt);
    record = { ...record, value: output.value as Buffer, headers: { ...record.headers, ...output.headers } };
  }
}

function noStore(): never {
  throw new Error('the stages of live video have no state; this is a bug, please report it');
}

/** The pictures as records, again and again from the first. */
async function* records(folder: string): AsyncGenerator<ConsumerRecord> {
  const session = createFrameSession({ sourceId: 'loop', sourceName: 'loop', kind: 'file', clock: systemClock });
  const files = (await readdir(folder)).sort();
  for (;;) {
    for (const file of files) {
      const bytes = await readFile(join(folder, file));
      const { headers, timestampMs } = session.frame(bytes, { contentType: 'image/jpeg' });
      yield { topic: 'loop', partition: 0, offset: 0n, timestampMs, key: null, value: bytes, headers };
    }
  }
}

async function run(order: LoopOrder): Promise<void> {
  const steps = await createSteps(order);
  const { signal } = new AbortController();
  const input = records(order.folder);
  const next = async (): Promise<void> => {
    const result = await input.next();
    if (result.done !== true) await passThrough(steps, result.value, signal);
  };
  for (let frame = 0; frame < order.warmUpFrames; frame++) await next();
  for (const { times } of steps) times.length = 0;
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));

  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  let frames = 0;
  for (; performance.now() - startedAt < order.seconds * 1000; frames++) await next();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const stages = steps.map(({ name, times }) => ({ name, times }));
  const result: LoopResult = {
    frames,
    seconds,
    cpuMs: (user + system) / 1000,
    rssBytes: process.resourceUsage().maxRSS * 1024,
    stages,
  };
  process.send?.(result, () => process.exit());
}

process.once('message', (order: LoopOrder) => void run(order));
process.once('disconnect', () => process.exit());

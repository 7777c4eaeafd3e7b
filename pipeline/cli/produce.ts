import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { cloudEventHeaders } from '../frame/cloud-event.ts';
import { randomUUID } from 'node:crypto';
import type { Producer } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { connect } from './connect.ts';
import { complain } from './terminal.ts';

interface ProduceOptions {
  readonly key?: string;
  readonly keySeparator?: string;
}

const BATCH = 500;

/** `produce`: every line of standard input becomes a record. */
export function produceCommand(): Command {
  return new Command('produce')
    .summary('write lines to a topic')
    .description('Writes every line of standard input to a topic as a record; ends at the end of the input.')
    .argument('<topic>')
    .option('--key <key>', 'key of every record')
    .option('--key-separator <text>', 'what stands before this text in a line is its key')
    .addHelpText('after', `\nExample:\n  echo '{"order":1}' | npm run -s topology -- produce orders --key 1`)
    .action(async (topic: string, options: ProduceOptions) => {
      const producer = (await connect('tapline-produce')).producer();
      const sent = await produceLines(producer, topic, options);
      await producer.close();
      complain(`${sent} records written to ${topic}`);
    });
}

async function produceLines(producer: Producer, topic: string, options: ProduceOptions): Promise<number> {
  let sent = 0;
  let batch: ProducerRecord[] = [];
  const flush = async (): Promise<void> => {
    await producer.send(batch);
    sent += batch.length;
    batch = [];
  };
  for await (const line of createInterface({ input: process.stdin })) {
    batch.push(await recordOf(line, { producer, topic, options }));
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  return sent;
}

interface Target {
  readonly producer: Producer;
  readonly topic: string;
  readonly options: ProduceOptions;
}

async function recordOf(line: string, { producer, topic, options }: Target): Promise<ProducerRecord> {
  const { keySeparator } = options;
  const cut = keySeparator === undefined ? -1 : line.indexOf(keySeparator);
  const key = cut >= 0 ? line.slice(0, cut) : (options.key ?? null);
  const id = randomUUID();
  const timestampMs = Date.now();
  return {
    topic,
    partition: key === null ? 0 : await producer.partitionFor(topic, key),
    key,
    value: cut >= 0 && keySeparator !== undefined ? line.slice(cut + keySeparator.length) : line,
    headers: cloudEventHeaders({ id, sourceId: 'produce', type: 'record', timeUs: timestampMs * 1000, subject: id }),
    timestampMs,
  };
}

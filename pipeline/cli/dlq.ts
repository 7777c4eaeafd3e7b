import { Command } from 'commander';
import type { Admin, TopicDescription } from '../ports/admin.ts';
import { UserError } from '../errors/pipeline-error.ts';
import type { Kafka } from '../kafka/index.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';
import { connect } from './connect.ts';
import { jsonOption } from './options.ts';
import { recordJson } from './record-json.ts';
import { say } from './terminal.ts';

const SUFFIX = '.dlq';

/** `dlq list | show`: dead letters, where they came from and why. */
export function dlqCommand(): Command {
  return new Command('dlq')
    .summary('list and show dead letters')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- dlq list\n  npm run -s topology -- dlq show street.decode --limit 3',
    )
    .addCommand(listCommand())
    .addCommand(showCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('Lists the dead-letter topics and how many records each holds.')
    .addOption(jsonOption())
    .action(async ({ json }: { readonly json: boolean }) => {
      const counts = (await deadLetterTopics((await connect('tapline-dlq')).admin())).map((topic) => ({
        topic: topic.name,
        records: recordsIn(topic),
      }));
      if (json) say(JSON.stringify(counts, null, 2));
      else if (counts.length === 0) say('there are no dead-letter topics');
      else for (const { topic, records } of counts) say(`${String(records).padStart(8)}  ${topic}`);
      process.exit();
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('Shows dead letters: where each came from, why it failed, and the record itself.')
    .argument('<topic>', 'dead-letter topic, or <topology>.<stage>')
    .option('--limit <n>', 'show this many, oldest first', Number, 20)
    .addOption(jsonOption())
    .action(async (name: string, { limit, json }: { readonly limit: number; readonly json: boolean }) => {
      const kafka = await connect('tapline-dlq');
      const topic = await theTopic(kafka.admin(), name.endsWith(SUFFIX) ? name : `${name}${SUFFIX}`);
      for (const record of await firstRecords(kafka, topic, limit))
        say(json ? JSON.stringify(recordJson(record)) : paragraph(record));
      process.exit();
    });
}

async function deadLetterTopics(admin: Admin): Promise<readonly TopicDescription[]> {
  const names = (await admin.listTopics()).filter((name) => name.endsWith(SUFFIX));
  return admin.describeTopics(names);
}

async function theTopic(admin: Admin, name: string): Promise<TopicDescription> {
  const topics = await deadLetterTopics(admin);
  const topic = topics.find((candidate) => candidate.name === name);
  if (topic) return topic;
  const known = topics.map((candidate) => candidate.name).join(', ') || 'none';
  throw new UserError('ARGUMENT_INVALID', `there is no dead-letter topic ${name}; there are: ${known}`);
}

async function firstRecords(kafka: Kafka, topic: TopicDescription, limit: number): Promise<readonly ConsumerRecord[]> {
  const wanted = Math.min(limit, recordsIn(topic));
  const records: ConsumerRecord[] = [];
  if (wanted === 0) return records;
  const stop = new AbortController();
  for await (const record of kafka.openReader({ topic: topic.name, from: 'earliest', signal: stop.signal })) {
    records.push(record);
    if (records.length >= wanted) break;
  }
  stop.abort();
  return records;
}

function recordsIn({ partitions }: TopicDescription): number {
  return partitions.reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

function paragraph(record: ConsumerRecord): string {
  const field = (name: string): string => headerText(record.headers, `tapline.dlq.${name}`) ?? '-';
  const { key, value, topic, partition, offset } = record;
  return [
    `${topic}-${partition}@${offset}  ${field('time')}`,
    `  ${field('error-code')} ${field('error-message')}`,
    `  from ${field('topic')}-${field('partition')}@${field('offset')}  stage ${field('stage')}  processor ${field('processor')}  attempts ${field('attempts')}`,
    `  key ${key?.toString() ?? '-'}  ${value?.length ?? 0} bytes  ${headerText(record.headers, 'content-type') ?? ''}`,
  ].join('\n');
}

import { Command } from 'commander';
import type { Admin, TopicDescription } from '../../ports/admin.ts';
import { headerText, type ConsumerRecord } from '../../ports/record.ts';
import { connect } from '../connect.ts';
import { jsonOption } from '../options.ts';
import { say } from '../terminal.ts';
import { deadLetterTopic, deadLetterTopics } from './dead-letter-topic.ts';
import { noteOf, type DiscardNote } from './discard-note.ts';
import { Ticker } from '../ticker.ts';
import { readLetters, recordsIn } from './read-letters.ts';
import { ReplayProgress } from './replay-progress.ts';

const SHOWN_CHARACTERS = 160;

/** Dead letters that died of the same thing. */
interface LetterGroup {
  readonly stage: string;
  readonly code: string;
  /** Of the first one; numbers in it may differ. */
  readonly message: string;
  count: number;
  replayed: number;
  firstTime: string;
  lastTime: string;
  /** The first one: where it was read, and where it lies now. */
  readonly example: { readonly from: string | null; readonly at: string };
}

interface ListedTopic {
  readonly topic: string;
  readonly records: number;
  readonly replayed: number;
  readonly discarded: readonly DiscardNote[];
  readonly groups: readonly LetterGroup[];
}

/** `dlq list`: what died, of what, how often, and where to look. */
export function listCommand(): Command {
  return new Command('list')
    .description(
      'Lists dead letters by stage, error code and message: how many, the first and the last time, and an example. ' +
        'Messages that differ in numbers only are one group.',
    )
    .argument('[topic]', 'dead-letter topic, or <topology>.<stage>; all of them when left out')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- dlq list\n  npm run -s topology -- dlq list street.decode --json',
    )
    .action(async (name: string | undefined, { json }: { readonly json: boolean }) => {
      const admin = (await connect('tapline-dlq')).admin();
      const topics = name === undefined ? await deadLetterTopics(admin) : [await deadLetterTopic(admin, name)];
      const total = topics.reduce((sum, topic) => sum + recordsIn(topic), 0);
      const ticker = new Ticker((count) => `read ${count} of ${total} dead letters`);
      const listed: ListedTopic[] = [];
      for (const topic of topics) listed.push(await listTopic(admin, topic, ticker));
      await admin.close();
      if (json) say(JSON.stringify(listed, null, 2));
      else if (listed.length === 0) say('there are no dead-letter topics');
      else for (const topic of listed) say(paragraph(topic));
    });
}

async function listTopic(admin: Admin, topic: TopicDescription, ticker: Ticker): Promise<ListedTopic> {
  const groups = new Map<string, LetterGroup>();
  const discarded: DiscardNote[] = [];
  const progress = await ReplayProgress.of(admin, topic);
  for await (const record of readLetters(admin, { topic, ticker })) {
    const note = noteOf(record);
    if (note) {
      if (isCarriedOut(note, record, topic)) discarded.push(note);
      continue;
    }
    const group = groupFor(groups, record);
    group.count++;
    group.lastTime = timeOf(record);
    if (progress.has(record)) group.replayed++;
  }
  const all = [...groups.values()].sort((a, b) => b.count - a.count);
  const sum = (of: (group: LetterGroup) => number): number => all.reduce((total, group) => total + of(group), 0);
  const counts = { records: sum(({ count }) => count), replayed: sum(({ replayed }) => replayed) };
  return { topic: topic.name, ...counts, discarded, groups: all };
}

/** The note is written before records are deleted: what still lies there was not deleted. */
function isCarriedOut({ to }: DiscardNote, { partition }: ConsumerRecord, { partitions }: TopicDescription): boolean {
  return partitions.some((one) => one.partition === partition && one.low >= BigInt(to));
}

function groupFor(groups: Map<string, LetterGroup>, record: ConsumerRecord): LetterGroup {
  const field = (name: string): string | undefined => headerText(record.headers, `tapline.dlq.${name}`);
  const stage = field('stage') ?? '-';
  const code = field('error-code') ?? '-';
  const message = field('error-message') ?? '';
  const key = JSON.stringify([stage, code, message.replace(/\d+/g, '#')]);
  const known = groups.get(key);
  if (known) return known;
  const time = timeOf(record);
  const from = field('topic') === undefined ? null : `${field('topic')}-${field('partition')}@${field('offset')}`;
  const at = `${record.topic}-${record.partition}@${record.offset}`;
  const example = { from, at };
  const group = { stage, code, message, count: 0, replayed: 0, firstTime: time, lastTime: time, example };
  groups.set(key, group);
  return group;
}

function timeOf({ headers, timestampMs }: ConsumerRecord): string {
  return headerText(headers, 'tapline.dlq.time') ?? new Date(timestampMs).toISOString();
}

function paragraph({ topic, records, replayed, discarded, groups }: ListedTopic): string {
  const counts = [`${records} dead letters`, ...(replayed > 0 ? [`${replayed} of them replayed`] : [])];
  return [
    `${topic}  ${counts.join(', ')}`,
    ...groups.flatMap(lines),
    ...discarded.map(({ count, reason, user, time }) => `${pad(count)}  discarded by ${user} at ${time}: ${reason}`),
  ].join('\n');
}

function lines({
  stage,
  code,
  message,
  count,
  replayed,
  firstTime,
  lastTime,
  example,
}: LetterGroup): readonly string[] {
  const times = firstTime === lastTime ? firstTime : `${firstTime} to ${lastTime}`;
  const from = example.from === null ? '' : `from ${example.from}, `;
  return [
    `${pad(count)}  ${stage}  ${code}  ${message.slice(0, SHOWN_CHARACTERS).replaceAll('\n', ' ')}`,
    `${' '.repeat(10)}${times}  e.g. ${from}now ${example.at}${replayed > 0 ? `  ${replayed} replayed` : ''}`,
  ];
}

function pad(count: number): string {
  return String(count).padStart(8);
}

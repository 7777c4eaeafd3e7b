import { Command } from 'commander';
import { headerText, type ConsumerRecord } from '../../ports/record.ts';
import { connect } from '../connect.ts';
import { countOption } from '../count-option.ts';
import { jsonOption } from '../options.ts';
import { recordJson } from '../record-json.ts';
import { say } from '../terminal.ts';
import { deadLetterTopic } from './dead-letter-topic.ts';
import { noteOf } from './discard-note.ts';
import { readLetters } from './read-letters.ts';

/** `dlq show`: dead letters one by one. */
export function showCommand(): Command {
  return new Command('show')
    .description('Shows dead letters: where each came from, why it failed, and the record itself.')
    .argument('<topic>', 'dead-letter topic, or <topology>.<stage>')
    .addOption(countOption('--limit <n>', 'show this many, oldest first').default(20))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  npm run -s topology -- dlq show street.decode --limit 3')
    .action(async (name: string, { limit, json }: { readonly limit: number; readonly json: boolean }) => {
      const admin = (await connect('tapline-dlq')).admin();
      const topic = await deadLetterTopic(admin, name);
      let left = limit;
      for await (const record of readLetters(admin, { topic })) {
        if (noteOf(record)) continue;
        say(json ? JSON.stringify(recordJson(record)) : paragraph(record));
        if (--left <= 0) break;
      }
      await admin.close();
    });
}

function paragraph(record: ConsumerRecord): string {
  const field = (name: string): string => headerText(record.headers, `tapline.dlq.${name}`) ?? '-';
  const { key, value, topic, partition, offset } = record;
  const thrownAt = ownFrameOf(headerText(record.headers, 'tapline.dlq.error-stack') ?? '');
  return [
    `${topic}-${partition}@${offset}  ${field('time')}`,
    `  ${field('error-code')} ${field('error-message')}`,
    ...(thrownAt === undefined ? [] : [`  ${thrownAt}`]),
    `  from ${field('topic')}-${field('partition')}@${field('offset')}  stage ${field('stage')}  processor ${field('processor')}  attempts ${field('attempts')}`,
    `  key ${key?.toString() ?? '-'}  ${value?.length ?? 0} bytes  ${headerText(record.headers, 'content-type') ?? ''}`,
  ].join('\n');
}

/** `at process (/shop/processors/price.ts:19:45)`: the innermost place in a stack that is no package's and not of Node. */
function ownFrameOf(stack: string): string | undefined {
  const frames = stack.split('\n').map((line) => line.trim());
  return frames.find((line) => line.startsWith('at ') && !/node_modules|node:/.test(line));
}

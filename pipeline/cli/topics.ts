import { Command } from 'commander';
import { TOPIC_DEFAULTS } from '../topology/topic-defaults.ts';
import type { Admin } from '../ports/admin.ts';
import { connect } from './connect.ts';
import { jsonOption } from './options.ts';
import { say } from './terminal.ts';

interface Json {
  readonly json: boolean;
}

/** `topics list | create | delete | describe`. */
export function topicsCommand(): Command {
  return new Command('topics')
    .summary('list, create, delete and describe topics')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run -s topology -- topics list\n  npm run -s topology -- topics create alerts --partitions 2',
    )
    .addCommand(listCommand())
    .addCommand(createCommand())
    .addCommand(deleteCommand())
    .addCommand(describeTopicsCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('Lists the topics of the broker.')
    .addOption(jsonOption())
    .action(({ json }: Json) =>
      withAdmin(async (admin) => {
        const names = await admin.listTopics();
        if (json) say(JSON.stringify(names));
        else names.forEach(say);
      }),
    );
}

function createCommand(): Command {
  return new Command('create')
    .description('Creates a topic.')
    .argument('<name>')
    .option('--partitions <n>', 'number of partitions', Number, 1)
    .option('--frames', 'with the limits of frame topics (large records, bounded bytes)', false)
    .action((name: string, { partitions, frames }: { readonly partitions: number; readonly frames: boolean }) =>
      withAdmin(async (admin) => {
        const holds = frames ? 'frames' : 'records';
        await admin.createTopic({ name, holds, partitions, ...TOPIC_DEFAULTS[holds], explicit: [] });
        say(`created ${name}`);
      }),
    );
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('Deletes topics and everything in them.')
    .argument('<names...>')
    .action((names: string[]) =>
      withAdmin(async (admin) => {
        await admin.deleteTopics(names);
        say(`deleted ${names.join(', ')}`);
      }),
    );
}

function describeTopicsCommand(): Command {
  return new Command('describe')
    .description('Shows partitions, offsets and settings of topics.')
    .argument('<names...>')
    .addOption(jsonOption())
    .action((names: string[], { json }: Json) =>
      withAdmin(async (admin) => {
        const topics = await admin.describeTopics(names);
        if (json) {
          say(JSON.stringify(topics, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 2));
          return;
        }
        for (const { name, partitions, config } of topics) {
          say(name);
          for (const { partition, leader, low, high } of partitions)
            say(`  partition ${partition}  leader ${leader}  offsets ${low}..${high}`);
          for (const [setting, value] of Object.entries(config)) say(`  ${setting}=${value}`);
        }
      }),
    );
}

async function withAdmin(use: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = (await connect('tapline-topics')).admin();
  try {
    await use(admin);
  } finally {
    await admin.close();
  }
}

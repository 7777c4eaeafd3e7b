import { randomBytes } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { parse, stringify } from 'yaml';
import { topologyFolder } from '../../registry/topology-folder.ts';
import { projectRoot, tapline, type TopologyRun } from '../topology-run.ts';

/** A copy of an example under a name and topics of its own, so that tests can share a broker. */
export interface ExampleCopy {
  readonly name: string;
  readonly file: string;
  readonly directory: string;
  /** `orders` -> the topic of this copy. */
  topic(name: string): string;
}

/** Keys of a topology whose text, or list or mapping of texts, are names of topics. */
const NAMES_TOPICS = ['from', 'to', 'on', 'topic', 'left', 'right', 'stream', 'table'];

/** Copies a folder of `examples/`, removed after the test. */
export async function copyExample(example: string): Promise<ExampleCopy> {
  const tag = randomBytes(4).toString('hex');
  const topic = (name: string): string => `${tag}.${name}`;
  const directory = await topologyFolder({});
  await cp(join(projectRoot, 'examples', example), directory, { recursive: true });
  const file = join(directory, 'topology.yaml');
  const text = await readFile(file, 'utf8');
  const name = `${example}-${tag}`;
  await writeFile(file, stringify({ ...(withOwnTopics(parse(text), topic) as object), name }));
  return { name, file, directory, topic };
}

/** Runs a copy as `up` does, on the broker of the tests. */
export async function runExample({ file, directory }: ExampleCopy, ...options: string[]): Promise<TopologyRun> {
  const env = { KAFKA_BROKERS: inject('bootstrap') };
  const run = await tapline({ args: ['up', file, '--no-ui', ...options], env, directory });
  await run.line(/metrics http/);
  return run;
}

function withOwnTopics(value: unknown, topic: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => withOwnTopics(one, topic));
  if (typeof value !== 'object' || value === null) return value;
  const isMqtt = Object.values(value).includes('mqtt');
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'with' && isMqtt) return [key, inner]; // its topics are those of MQTT
      if (key === 'schedule') return [key, inner]; // its from and to are times of day
      if (key === 'with' && 'url' in (inner as object)) return [key, inner]; // the table of a database is no topic
      if (key === 'topics')
        return [
          key,
          Object.fromEntries(Object.entries(inner as object).map(([one, settings]) => [topic(one), settings])),
        ];
      return [key, NAMES_TOPICS.includes(key) ? renamed(inner, topic) : withOwnTopics(inner, topic)];
    }),
  );
}

function renamed(names: unknown, topic: (name: string) => string): unknown {
  if (typeof names === 'string') return topic(names);
  if (Array.isArray(names)) return names.map((one) => renamed(one, topic));
  return Object.fromEntries(Object.entries(names as object).map(([output, one]) => [output, renamed(one, topic)]));
}

import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { composeFile } from './compose-file.ts';

/** Options of every Java that runs a part of Kafka: small memory, quick start, its log on its output. */
export async function javaArguments(jarDirectory: string): Promise<string[]> {
  const jars = (await readdir(jarDirectory)).filter((name) => name.endsWith('.jar')).sort();
  return [
    '-Xms64m',
    '-Xmx384m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j2.configurationFile=${composeFile('broker/log4j2.properties')}`,
    '-cp',
    jars.map((name) => join(jarDirectory, name)).join(delimiter), // named one by one: an archive of classes needs their order
  ];
}

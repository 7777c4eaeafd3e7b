import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchJars } from './fetch-jars.ts';
import type { Missing } from './java.ts';
import { composeFile } from './compose-file.ts';

/** First version whose settings and log are as ours. */
const NEEDED = 4;
const POM = 'broker/pom.xml';

/** The jars of one Apache Kafka. */
export interface Jars {
  readonly directory: string;
  /** `4.1.1`. */
  readonly version: string;
}

/** What finding jars needs. */
export interface JarRequest {
  readonly cacheDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Kafka's jars: those of KAFKA_HOME, those in the cache, or fetched by Maven now; or why there are none. */
export async function findJars(request: JarRequest): Promise<Jars | Missing> {
  const home = request.env['KAFKA_HOME'];
  if (home) return jarsOfHome(home);
  const directory = await cachedAt(request);
  const pom = composeFile(POM);
  const missing = (await jarsIn(directory)) ? null : await fetchJars({ ...request, pom, directory });
  if (missing) return missing;
  return (await jarsIn(directory)) ?? { reason: `there is no Kafka in ${directory}; remove that folder` };
}

/** The jars that are there without fetching any, or why there are none. */
export async function jarsAtHand(request: Pick<JarRequest, 'cacheDirectory' | 'env'>): Promise<Jars | Missing> {
  const home = request.env['KAFKA_HOME'];
  if (home) return jarsOfHome(home);
  return (await jarsIn(await cachedAt(request))) ?? { reason: 'not fetched yet' };
}

async function cachedAt({ cacheDirectory }: Pick<JarRequest, 'cacheDirectory'>): Promise<string> {
  const pom = await readFile(composeFile(POM));
  const versions = createHash('sha256').update(pom).digest('hex').slice(0, 12);
  return join(cacheDirectory, `kafka-${versions}`);
}

async function jarsOfHome(home: string): Promise<Jars | Missing> {
  const jars = await jarsIn(join(home, 'libs'));
  if (!jars) return { reason: `there is no unpacked Kafka in KAFKA_HOME (${home})` };
  if (Number.parseInt(jars.version, 10) >= NEEDED) return jars;
  return { reason: `Kafka ${jars.version} found in KAFKA_HOME (${home}), ${NEEDED} or newer is needed` };
}

async function jarsIn(directory: string): Promise<Jars | null> {
  const names = await readdir(directory).catch(() => []);
  const version = names.map((name) => /^kafka_2\.\d+-(\d[\w.-]*?)\.jar$/.exec(name)?.[1]).find(Boolean);
  return version === undefined ? null : { directory, version };
}

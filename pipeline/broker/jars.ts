import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';

const POM = fileURLToPath(new URL(resourcePath('pom.xml'), import.meta.url));

/** Settings of the broker's own log. */
export const LOG_SETTINGS = fileURLToPath(new URL(resourcePath('log4j2.properties'), import.meta.url));

/** What fetching jars needs. */
export interface JarRequest {
  readonly cacheDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Folder of Kafka's jars: KAFKA_HOME's, the cache's, or fetched by Maven now; or why there are none. */
export async function findJars(
  request: JarRequest,
): Promise<{ readonly directory: string } | { readonly reason: string }> {
  const home = request.env['KAFKA_HOME'];
  if (home) {
    const directory = join(home, 'libs');
    return existsSync(directory) ? { directory } : { reason: `KAFKA_HOME (${home}) has no folder libs` };
  }
  const versions = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12);
  const directory = join(request.cacheDirectory, `kafka-${versions}`);
  return existsSync(directory) ? { directory } : fetchJars(directory, request);
}

/** Copies the jars beside the final folder and renames: two at once and a killed one both end well. */
async function fetchJars(
  directory: string,
  { env, onProgress, signal, cacheDirectory }: JarRequest,
): Promise<{ readonly directory: string } | { readonly reason: string }> {
  const { code: hasMaven } = await runCommand('mvn', ['-v'], { env, timeoutMs: 20_000 });
  if (hasMaven !== 0) return { reason: 'no Maven (mvn) on the PATH to fetch Kafka with' };
  onProgress('fetching Apache Kafka 4.1 with Maven, once (43 MB)');
  const temporary = join(cacheDirectory, `.kafka-${randomUUID()}`);
  await mkdir(temporary, { recursive: true });
  const goals = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`];
  const { code, output } = await runCommand('mvn', goals, { env, signal, cwd: cacheDirectory });
  if (code !== 0) {
    await rm(temporary, { recursive: true, force: true });
    return { reason: `Maven could not fetch Kafka: ${lastLine(output)}` };
  }
  await rename(temporary, directory).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(directory)) throw error; // else another process was first
  });
  return { directory };
}

function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .findLast((line) => /\[ERROR\]\s+\S/.test(line))
      ?.replace(/^.*\[ERROR\]\s+/, '') ?? text.trim().slice(-300)
  );
}

/** From source and from dist/ the project's root is not equally far. */
function resourcePath(name: string): string {
  return import.meta.url.includes('/dist/pipeline/')
    ? `../../../compose/broker/${name}`
    : `../../compose/broker/${name}`;
}

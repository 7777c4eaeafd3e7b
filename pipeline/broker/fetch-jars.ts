import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { Missing } from './java.ts';
import type { JarRequest } from './jars.ts';
import { processIdentity } from './process-identity.ts';

const TOLD_EVERY_MS = 2_000;
const UNFINISHED = /^\.kafka-(\d+)-/;

/**
 * Fetches the jars a pom names into `directory`, or says why not. They come into a folder beside it, which is then
 * renamed: two at once and one that is killed half-way both end well.
 */
export async function fetchJars(
  request: JarRequest & { readonly pom: string; readonly directory: string },
): Promise<Missing | null> {
  const { cacheDirectory, directory, env, onProgress, pom, signal } = request;
  const maven = await findMaven(env);
  if (maven === null) return { reason: 'no Maven (mvn) on the PATH to fetch Kafka with' };
  await removeUnfinished(cacheDirectory);
  const temporary = join(cacheDirectory, `.kafka-${process.pid}-${randomUUID()}`);
  await mkdir(temporary, { recursive: true });
  try {
    onProgress('fetching Apache Kafka with Maven, once (43 MB)');
    const goal = ['-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`];
    const onLine = downloadProgress(onProgress);
    const { code, output } = await runCommand(maven, goal, { env, signal, cwd: cacheDirectory, onLine });
    signal.throwIfAborted();
    if (code !== 0) return { reason: `Maven could not fetch Kafka: ${faultIn(output)}` };
    await rename(temporary, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error; // else another process was first
    });
    return null;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The program that runs Maven, or null. */
export async function findMaven(env: NodeJS.ProcessEnv): Promise<string | null> {
  const home = env['MAVEN_HOME'];
  for (const program of ['mvn', ...(home ? [join(home, 'bin/mvn')] : [])]) {
    const { code } = await runCommand(program, ['-v'], { env, timeoutMs: 20_000 });
    if (code === 0) return program;
  }
  return null;
}

/** Removes what processes left that were killed while they fetched. */
async function removeUnfinished(cacheDirectory: string): Promise<void> {
  for (const name of await readdir(cacheDirectory)) {
    const owner = UNFINISHED.exec(name)?.[1];
    if (owner === undefined || (await processIdentity(Number(owner))) !== null) continue;
    await rm(join(cacheDirectory, name), { recursive: true, force: true });
  }
}

/** Tells now and then how far Maven is, from the lines it prints. */
function downloadProgress(onProgress: (sentence: string) => void): (line: string) => void {
  let jars = 0;
  let toldAt = Date.now();
  return (line) => {
    const jar = /^Downloaded from .*\/([^/]+\.jar) /.exec(line)?.[1];
    if (jar === undefined) return;
    jars++;
    if (Date.now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = Date.now();
    onProgress(`fetching Apache Kafka: ${jars} files so far, now ${jar}`);
  };
}

function faultIn(output: string): string {
  const line = output.split('\n').find((text) => /^\[ERROR\]\s+\S/.test(text));
  return line?.replace(/^\[ERROR\]\s+/, '') ?? output.trim().slice(-300);
}

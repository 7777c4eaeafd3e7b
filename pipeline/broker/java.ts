import { join } from 'node:path';
import { runCommand } from './command.ts';

/** Kafka 4 runs on Java 17 and newer. */
const NEEDED = 17;

/** A Java that can run the broker. */
export interface Java {
  readonly program: string;
  /** `17.0.15`; archives of loaded classes belong to one version. */
  readonly version: string;
}

/** The Java of JAVA_HOME, else of the PATH; or why there is none that can run the broker. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java | { readonly reason: string }> {
  const home = env['JAVA_HOME'];
  const program = home ? join(home, 'bin/java') : 'java';
  const { code, output } = await runCommand(program, ['-version'], { env, timeoutMs: 20_000 });
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (code !== 0 || version === undefined) {
    return { reason: home ? `no working Java in JAVA_HOME (${home})` : 'no Java on the PATH' };
  }
  const [first = '0', second = '0'] = version.split('.');
  const major = Number(first === '1' ? second : first.replace(/\D.*$/, ''));
  return major >= NEEDED ? { program, version } : { reason: `Java ${version} found, ${NEEDED} or newer is needed` };
}

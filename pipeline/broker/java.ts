import { join } from 'node:path';
import { runCommand } from './command.ts';

/** Kafka 4 runs on Java 17 and newer. */
const NEEDED = 17;
const TIMEOUT_MS = 20_000;

/** A Java that can run the broker. */
export interface Java {
  readonly program: string;
  /** `17.0.15`; archives of loaded classes belong to one version. */
  readonly version: string;
}

/** Why something that the broker needs is not there; half a sentence. */
export interface Missing {
  readonly reason: string;
}

/** The Java of JAVA_HOME, else of the PATH; or why there is none that can run the broker. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java | Missing> {
  const home = env['JAVA_HOME'];
  const ofHome = home ? await tryJava(join(home, 'bin/java'), `in JAVA_HOME (${home})`, env) : null;
  if (ofHome && !('reason' in ofHome)) return ofHome;
  const ofPath = await tryJava('java', 'on the PATH', env);
  if (!('reason' in ofPath) || !ofHome) return ofPath;
  return { reason: `${ofHome.reason}, ${ofPath.reason}` };
}

/** macOS has a `java` that only says there is none: it is told by its exit code. */
async function tryJava(program: string, place: string, env: NodeJS.ProcessEnv): Promise<Java | Missing> {
  const { code, output } = await runCommand(program, ['-version'], { env, timeoutMs: TIMEOUT_MS });
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (code === null) return { reason: `no Java ${place}` };
  if (code !== 0 || version === undefined) return { reason: `no working Java ${place}` };
  return majorOf(version) >= NEEDED
    ? { program, version }
    : { reason: `Java ${version} found ${place}, ${NEEDED} or newer is needed` };
}

/** `1.8.0_292` is Java 8, `17-ea` is Java 17. */
function majorOf(version: string): number {
  const [first = '', second = ''] = version.split('.');
  return Number.parseInt(first === '1' ? second : first, 10);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { TopologyStatus } from '../../pipeline/runtime/status.ts';
import { until } from './until.ts';

export const projectRoot = join(import.meta.dirname, '../..');
const main = join(projectRoot, 'dist/pipeline/cli/main.js');

/** The commands as a user starts them: a process of its own in an empty folder that is removed after the test. */
export interface TopologyRun {
  readonly directory: string;
  readonly lines: readonly string[];
  readonly process: ChildProcess;
  /** Exit code; null when killed by a signal. */
  readonly ended: Promise<number | null>;
  /** First line that matches, as soon as it is printed. @throws with all lines when the process ends before. */
  line(pattern: RegExp): Promise<string>;
  status(): Promise<TopologyStatus>;
  stop(): Promise<number | null>;
}

interface RunRequest {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}

/** An empty folder, removed after the test. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts `tapline <args>`; whatever still runs after the test is stopped. */
export async function tapline({ args, env = {}, directory }: RunRequest): Promise<TopologyRun> {
  const cwd = directory ?? (await emptyDirectory());
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    return ended;
  };
  onTestFinished(async () => {
    await stop();
  });
  return {
    directory: cwd,
    lines,
    process: child,
    ended,
    stop,
    line: (pattern) => lineOf({ child, lines, pattern }),
    status: async () => {
      const status = await tapline({ args: ['status', '--json'], directory: cwd, env });
      await status.ended;
      return JSON.parse(status.lines.join('\n')) as TopologyStatus;
    },
  };
}

async function lineOf({
  child,
  lines,
  pattern,
}: {
  child: ChildProcess;
  lines: string[];
  pattern: RegExp;
}): Promise<string> {
  const found = (): string | undefined => lines.find((line) => pattern.test(line));
  await until(() => found() !== undefined || child.exitCode !== null, {
    timeoutMs: 90_000,
    what: () => `${pattern}\n${lines.join('\n')}`,
  });
  const line = found();
  if (line === undefined) throw new Error(`ended before ${pattern}:\n${lines.join('\n')}`);
  return line;
}

/** A topology under a name and topics of its own, so that tests can share a broker. */
export interface UniqueTopology {
  readonly name: string;
  readonly file: string;
  readonly directory: string;
  /** `frames.annotated` -> the topic of this topology. */
  topic(name: string): string;
}

/** Writes the default topology, or the given text, with a unique name and unique topics into an empty folder. */
export async function uniqueTopology(text?: string): Promise<UniqueTopology> {
  const directory = await emptyDirectory();
  const tag = randomBytes(4).toString('hex');
  const yaml = text ?? (await readFile(join(projectRoot, 'topology.yaml'), 'utf8'));
  const name = `t${tag}`;
  const topic = (topicName: string): string => `${tag}.${topicName}`;
  const file = join(directory, 'topology.yaml');
  await writeFile(
    file,
    yaml
      .replace(/^name: .*$/m, `name: ${name}`)
      .replace(/\bframes\.(\w+)/g, (_, rest: string) => topic(`frames.${rest}`)),
  );
  return { name, file, directory, topic };
}

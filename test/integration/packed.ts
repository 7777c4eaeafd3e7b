import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tar from 'tar';
import { onTestFinished } from 'vitest';
import { projectRoot } from './topology-run.ts';
import { until } from './until.ts';

const execute = promisify(execFile);

/** This package, packed and unpacked again as `npm install` would; all other packages are those of this project. */
export interface Packed {
  /** Whatever lies in it finds the package. */
  readonly folder: string;
  /** Starts `tapline <args>`. */
  tapline(args: readonly string[], setting: Setting): ProjectCommand;
  /** Runs a script of a project to its end. */
  npm(script: string, setting: Setting): Promise<{ readonly code: number | null; readonly text: string }>;
  remove(): Promise<void>;
}

interface Setting {
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command of a project, as somebody types it there. */
export interface ProjectCommand {
  readonly lines: readonly string[];
  readonly process: ChildProcess;
  /** Exit code; null when killed by a signal. */
  readonly ended: Promise<number | null>;
  /** First line that matches, as soon as it is printed. @throws with all lines when the process ends before. */
  line(pattern: RegExp): Promise<string>;
}

export async function packed(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'tapline-packed-'));
  const modules = join(folder, 'node_modules');
  const main = join(modules, 'tapline/dist/pipeline/cli/main.js');
  const [bin, others] = [join(folder, 'bin'), join(projectRoot, 'node_modules')];
  await Promise.all([mkdir(bin), mkdir(join(modules, 'tapline'), { recursive: true })]);
  await tar.extract({ file: await pack(folder), cwd: join(modules, 'tapline'), strip: 1 });
  for (const name of await readdir(others))
    if (!/^\.(?!bin)/.test(name)) await symlink(join(others, name), join(modules, name));
  await writeFile(join(bin, 'tapline'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
  const PATH = [bin, join(modules, '.bin'), process.env['PATH']].join(':');
  return {
    folder,
    tapline: (args, setting) => started([process.execPath, main, ...args], setting),
    npm: async (script, { directory, env }) => {
      const command = started(['npm', 'run', '--silent', script], { directory, env: { ...env, PATH } });
      const code = await command.ended;
      return { code, text: command.lines.filter((line) => !line.startsWith('npm warn')).join('\n') };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Path of the tarball, as it is published. */
async function pack(folder: string): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await execute('npm', args, { cwd: projectRoot });
  const [tarball] = JSON.parse(stdout) as readonly { readonly filename: string }[];
  return join(folder, tarball?.filename ?? '');
}

/** Starts a program; what still runs after the test is ended with Ctrl-C. */
function started([program = '', ...args]: readonly string[], { directory, env }: Setting): ProjectCommand {
  const child = spawn(program, args, { cwd: directory, env: { ...process.env, ...env } });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const runs = (): boolean => child.exitCode === null && child.signalCode === null;
  onTestFinished(async () => {
    if (runs()) child.kill('SIGINT');
    await ended;
  });
  const line = async (pattern: RegExp): Promise<string> => {
    const found = (): string | undefined => lines.find((one) => pattern.test(one));
    await until(() => found() !== undefined || !runs(), { what: () => `${pattern}\n${lines.join('\n')}` });
    return found() ?? Promise.reject(new Error(`ended before ${pattern}:\n${lines.join('\n')}`));
  };
  return { lines, process: child, ended, line };
}

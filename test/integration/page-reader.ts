import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { readMarkdown, type Block } from '../../scripts/docs/markdown-file.ts';
import { emptyDirectory, projectRoot } from './topology-run.ts';
import { until } from './until.ts';

/** What a page tells its reader to do, in an empty folder in which tapline is installed. */
export class PageReader {
  readonly #directory: string;
  readonly #path: string;
  readonly #env: NodeJS.ProcessEnv;
  /** What was run, and all that was said. */
  transcript = '';
  #output = '';

  /** `bootstrap` of the broker to be used; empty: none is known. */
  constructor(path: string, { directory, bootstrap }: { readonly directory: string; readonly bootstrap: string }) {
    this.#path = path;
    this.#directory = directory;
    this.#env = { ...process.env, KAFKA_BROKERS: bootstrap, npm_config_update_notifier: 'false' };
  }

  /** Does all that the text of the page tells, in order. */
  async readAll(text: string): Promise<void> {
    const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
    const changes = [...text.matchAll(/<!-- (replace: .*) -->/g)];
    const steps = [
      ...readMarkdown(this.#path, text).blocks.map((block) => [block.line, () => this.#follow(block)] as const),
      ...changes.map(({ index, 1: comment = '' }) => [lineOf(index), () => this.#change(comment)] as const),
    ];
    expect(steps.length).toBeGreaterThan(15);
    for (const [, step] of steps.toSorted(([a], [b]) => a - b)) await step();
  }

  async #follow({ comment, text, line }: Block): Promise<void> {
    const [what = '', argument = ''] = comment.split(/: (.*)/s);
    if (what === 'file') return this.#write(argument, () => text);
    if (what === 'append') return this.#write(argument, (before) => before + text);
    if (what === 'shown') this.#expect(text, line);
    if (what !== 'run') return;
    if (argument.startsWith('background')) return this.#start(text, argument);
    return this.#run(text, argument === 'fails' ? 1 : 0);
  }

  /** A change told in words, and to us in a comment: `replace: <file>: <old> -> <new>`, in which `\n` is a new line. */
  async #change(comment: string): Promise<void> {
    const [, path = '', old = '', wanted = ''] = /^replace: (\S+): (.*) -> (.*)$/.exec(comment) ?? [];
    await this.#write(path, (before) => before.replace(old, wanted.replaceAll('\\n', '\n')));
  }

  async #write(path: string, change: (before: string) => string): Promise<void> {
    const file = join(this.#directory, path);
    const before = await readFile(file, 'utf8').catch(() => ''); // not there yet
    const after = change(before);
    if (after === before) throw new Error(`${path} stays as it was`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, after);
  }

  async #run(text: string, exitCode: number): Promise<void> {
    this.#output = '';
    const { ended } = this.#spawn(`set -eo pipefail\n${text}`, (chunk) => (this.#output += chunk));
    if ((await ended) !== exitCode) throw new Error(`${text}\n${this.#output}`);
    this.transcript += `$ ${text}${this.#output}\n`;
  }

  async #start(text: string, argument: string): Promise<void> {
    let output = '';
    const wanted = /until (.*)$/.exec(argument)?.[1] ?? '';
    const { child, ended } = this.#spawn(`exec ${text}`, (chunk) => (output += chunk));
    onTestFinished(async () => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT'); // npx and all below it
      await ended;
    });
    await until(() => output.includes(wanted) || child.exitCode !== null, { what: () => `${wanted} in\n${output}` });
    expect(output).toContain(wanted);
    this.transcript += `$ ${text}${output}\n`;
  }

  #spawn(script: string, onOutput: (chunk: string) => void) {
    const child = spawn('bash', ['-c', script], {
      cwd: this.#directory,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
    return { child, ended: new Promise<number | null>((resolve) => child.once('close', resolve)) };
  }

  #expect(text: string, line: number): void {
    let rest = this.#output;
    for (const [index, wanted] of text.trimEnd().split('\n').entries()) {
      const at = rest.indexOf(wanted);
      if (at < 0) throw new Error(`${this.#path}:${line + index} ${wanted}\nis not said after it in\n${this.#output}`);
      rest = rest.slice(at + wanted.length);
    }
  }
}

/** A folder as `npm install` leaves an empty one. */
export async function installedFolder(): Promise<string> {
  const directory = await emptyDirectory();
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await symlink(projectRoot, join(modules, 'tapline'));
  await symlink(join(projectRoot, 'node_modules/zod'), join(modules, 'zod'));
  const main = join(projectRoot, 'dist/pipeline/cli/main.js');
  await writeFile(join(modules, '.bin/tapline'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, {
    mode: 0o755,
  });
  return directory;
}

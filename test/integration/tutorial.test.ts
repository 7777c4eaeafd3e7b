import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { readMarkdown, type Block } from '../../scripts/docs/markdown-file.ts';
import { emptyDirectory, projectRoot } from './topology-run.ts';
import { until } from './until.ts';

const env = { ...process.env, KAFKA_BROKERS: inject('bootstrap'), npm_config_update_notifier: 'false' };

/** What a page tells its reader to do, in an empty folder in which tapline is installed. */
class Reader {
  readonly #directory: string;
  #output = '';

  constructor(directory: string) {
    this.#directory = directory;
  }

  async follow({ comment, text, line }: Block): Promise<void> {
    const [what = '', argument = ''] = comment.split(/: (.*)/s);
    if (what === 'file') return this.#write(argument, () => text);
    if (what === 'append') return this.#write(argument, (before) => before + text);
    if (what === 'shown') this.#expect(text, line);
    if (what === 'run') return argument === '' ? this.#run(text) : this.#start(text, argument);
  }

  /** A change told in words, and to us in a comment: `replace: <file>: <old> -> <new>`. */
  async change(comment: string): Promise<void> {
    const [, path = '', old = '', wanted = ''] = /^replace: (\S+): (.*) -> (.*)$/.exec(comment) ?? [];
    await this.#write(path, (before) => before.replace(old, wanted));
  }

  async #write(path: string, change: (before: string) => string): Promise<void> {
    const file = join(this.#directory, path);
    const before = await readFile(file, 'utf8').catch(() => ''); // not there yet
    const after = change(before);
    if (after === before) throw new Error(`${path} stays as it was`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, after);
  }

  async #run(text: string): Promise<void> {
    this.#output = '';
    const { ended } = this.#spawn(`set -eo pipefail\n${text}`, (chunk) => (this.#output += chunk));
    if ((await ended) !== 0) throw new Error(`${text}\n${this.#output}`);
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
  }

  #spawn(script: string, onOutput: (chunk: string) => void) {
    const child = spawn('bash', ['-c', script], {
      cwd: this.#directory,
      env,
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
      if (at < 0)
        throw new Error(`docs/tutorial.md:${line + index} ${wanted}\nis not said after it in\n${this.#output}`);
      rest = rest.slice(at + wanted.length);
    }
  }
}

/** An empty folder as `npm init` and `npm install` leave it. */
async function installedFolder(): Promise<string> {
  const directory = await emptyDirectory();
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await writeFile(join(directory, 'package.json'), '{ "name": "shop", "type": "module" }');
  await symlink(projectRoot, join(modules, 'tapline'));
  await symlink(join(projectRoot, 'node_modules/zod'), join(modules, 'zod'));
  const main = join(projectRoot, 'dist/pipeline/cli/main.js');
  await writeFile(join(modules, '.bin/tapline'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, {
    mode: 0o755,
  });
  return directory;
}

describe('docs/tutorial.md', () => {
  test('does what it says when all of it is done in order', { timeout: 300_000 }, async () => {
    const tag = randomBytes(3).toString('hex');
    const page = await readFile('docs/tutorial.md', 'utf8');
    const own = page.replace(/(?<!\/)\b(shop|orders|totals)\b(?!\.test)/g, `$1-t${tag}`); // the broker is shared
    const reader = new Reader(await installedFolder());
    const changes = [...own.matchAll(/<!-- (replace: .*) -->/g)];
    const lineOf = (offset: number): number => own.slice(0, offset).split('\n').length;
    const steps = [
      ...readMarkdown('docs/tutorial.md', own).blocks.map((block) => [block.line, () => reader.follow(block)] as const),
      ...changes.map(({ index, 1: comment = '' }) => [lineOf(index), () => reader.change(comment)] as const),
    ];

    expect(steps.length).toBeGreaterThan(15);
    for (const [, step] of steps.toSorted(([a], [b]) => a - b)) await step();
  });
});

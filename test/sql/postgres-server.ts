import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from '../integration/until.ts';

const PACKAGES = '/usr/lib/postgresql';

/** Why no server can be started here; null where one can. */
export function whyNoPostgres(): string | null {
  if (binaries() === null) return 'PostgreSQL is not installed (apt-get install postgresql)';
  if (isRoot() && idOf('-u') === null) return 'PostgreSQL does not run as root, and there is no user postgres';
  return null;
}

/** A server of its own, empty, on a free port of this machine. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'tapline-postgres-'));
    if (isRoot()) await chown(folder, Number(idOf('-u')), Number(idOf('-g')));
    const server = new PostgresServer(folder, await freePort());
    const args = ['-D', server.#data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8'];
    execFileSync(...asUser('initdb', args), { cwd: folder, stdio: 'ignore' });
    await server.resume();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Begins to answer. */
  async resume(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${this.#folder}`, 'fsync=off'];
    const args = ['-D', this.#data, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])];
    const server = spawn(...asUser('postgres', args), { cwd: this.#folder, stdio: 'ignore' });
    this.#process = server;
    const answers = async (): Promise<boolean> => (await this.query('SELECT 1').catch(() => [])).length === 1;
    await until(() => server.exitCode !== null || answers(), { what: 'PostgreSQL' });
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
  }

  /** Breaks all connections and is gone; what was committed stays. */
  async pause(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT'); // its fast shutdown
    await ended;
  }

  async stop(): Promise<void> {
    await this.pause();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async query(sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined); // the query is told
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Its programs refuse to be run by root. */
function asUser(program: string, args: readonly string[]): [string, string[]] {
  const path = join(binaries() ?? '', program);
  if (!isRoot()) return [path, [...args]];
  const user = [`--reuid=${idOf('-u')}`, `--regid=${idOf('-g')}`, '--clear-groups'];
  return ['setpriv', [...user, path, ...args]];
}

function idOf(flag: '-u' | '-g'): string | null {
  try {
    return execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null; // there is no such user
  }
}

/** Debian keeps them out of the path. */
function binaries(): string | null {
  const versions = existsSync(PACKAGES) ? readdirSync(PACKAGES).sort() : [];
  const folders = [
    ...versions.map((version) => join(PACKAGES, version, 'bin')).reverse(),
    '/usr/bin',
    '/usr/local/bin',
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((one) => existsSync(join(folder, one)))) ?? null;
}

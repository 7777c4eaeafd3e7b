import { join } from 'node:path';
import { fetchStatus, findRuns } from '../../pipeline/runtime/run-file.ts';
import type { StageName } from './chaos-topology.ts';
import { Child } from './child.ts';
import { endedBy } from './ended.ts';
import type { Workers, WorkersOrder } from './workers.ts';

const STOP_DEADLINE_MS = 30_000;
const KILLED_DEADLINE_MS = 5_000;

/** The workers of one `tapline up`, which restarts those that die. */
export class SupervisedWorkers implements Workers {
  readonly complaints: string[] = [];
  readonly #directory: string;
  readonly #up: Child;

  private constructor(directory: string, up: Child) {
    this.#directory = directory;
    this.#up = up;
  }

  static async start({ main, bootstrap, directory, file }: WorkersOrder): Promise<Workers> {
    const up = new Child({
      args: [main, 'up', file, '--no-ui'],
      cwd: directory,
      env: { ...process.env, KAFKA_BROKERS: bootstrap },
      logFile: join(directory, 'up.log'),
    });
    try {
      await up.line(/metrics http/);
    } catch (error) {
      await up.end('SIGTERM', STOP_DEADLINE_MS);
      throw error;
    }
    return new SupervisedWorkers(directory, up);
  }

  async pids(stage: StageName): Promise<readonly number[]> {
    const [run] = await findRuns(join(this.#directory, '.tapline'));
    const status = run && (await fetchStatus(run));
    return status?.stages.find(({ name }) => name === stage)?.pids ?? [];
  }

  async add(): Promise<void> {
    throw new Error('`up` has as many workers as its topology says');
  }

  async replace(): Promise<void> {
    // `up` does
  }

  async remove(): Promise<void> {
    throw new Error('`up` has as many workers as its topology says');
  }

  async kill(pid: number): Promise<void> {
    process.kill(pid, 'SIGKILL');
    await endedBy(pid, KILLED_DEADLINE_MS);
  }

  async stop(): Promise<void> {
    const how = await this.#up.end('SIGTERM', STOP_DEADLINE_MS);
    if (how !== 'exit code 0') this.complaints.push(`up was asked to end and did so with ${how}`);
  }
}

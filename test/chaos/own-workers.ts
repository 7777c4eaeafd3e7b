import { join } from 'node:path';
import { STAGES, type StageName } from './chaos-topology.ts';
import { Child } from './child.ts';
import type { Workers, WorkersOrder } from './workers.ts';

const STOP_DEADLINE_MS = 20_000;
const preload = join(import.meta.dirname, 'unsafe/preload.mjs');

/** `tapline worker` processes of the harness: nobody else restarts them, nor tells the group that one has died. */
export class OwnWorkers implements Workers {
  readonly complaints: string[] = [];
  readonly #order: WorkersOrder;
  readonly #all = new Map<number, { readonly stage: StageName; readonly child: Child }>();
  readonly #wanted = new Set<number>();
  #started = 0;

  private constructor(order: WorkersOrder) {
    this.#order = order;
  }

  static async start(order: WorkersOrder): Promise<Workers> {
    const workers = new OwnWorkers(order);
    try {
      await Promise.all(
        STAGES.flatMap((stage) => Array.from({ length: order.counts[stage] }, () => workers.add(stage))),
      );
    } catch (error) {
      await workers.stop();
      throw error;
    }
    return workers;
  }

  async pids(stage: StageName): Promise<readonly number[]> {
    return [...this.#all].flatMap(([pid, worker]) => (worker.stage === stage && worker.child.runs ? pid : []));
  }

  async add(stage: StageName): Promise<void> {
    const { main, bootstrap, directory, file, unsafe } = this.#order;
    const number = this.#started++;
    const child = new Child({
      args: [
        ...(unsafe === null ? [] : ['--import', preload]),
        ...[main, 'worker', file, '--stage', stage, '--replica', String(number)],
        ...['--log-level', process.env['TAPLINE_CHAOS_LOG'] ?? 'info'],
      ],
      cwd: directory,
      env: { ...process.env, KAFKA_BROKERS: bootstrap, ...(unsafe !== null && { TAPLINE_UNSAFE: unsafe }) },
      logFile: join(directory, `${stage}-${number}.log`),
    });
    const { pid } = child;
    this.#all.set(pid, { stage, child });
    void child.ended.then((how) => {
      if (!this.#wanted.has(pid)) this.complaints.push(`${stage}-${number} ended by itself with ${how}`);
    });
    await child.line(/takes part/);
  }

  replace(stage: StageName): Promise<void> {
    return this.add(stage);
  }

  async remove(stage: StageName, pid: number): Promise<void> {
    this.#wanted.add(pid);
    const how = await this.#all.get(pid)?.child.end('SIGTERM', STOP_DEADLINE_MS);
    if (how !== 'exit code 0') this.complaints.push(`${stage} (${pid}) was asked to end and did so with ${how}`);
  }

  async kill(pid: number): Promise<void> {
    this.#wanted.add(pid);
    await this.#all.get(pid)?.child.end('SIGKILL', STOP_DEADLINE_MS);
  }

  async stop(): Promise<void> {
    const left = [...this.#all].filter(([, { child }]) => child.runs);
    await Promise.all(left.map(([pid, { stage }]) => this.remove(stage, pid)));
  }
}

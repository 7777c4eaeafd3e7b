import { FatalError } from '../../pipeline/errors/pipeline-error.ts';
import { createKafka, type Kafka } from '../../pipeline/kafka/index.ts';
import type { Admin } from '../../pipeline/ports/admin.ts';
import { Supervisor, type SupervisorEvents } from '../../pipeline/runtime/supervisor.ts';
import type { WorkerProcess } from '../../pipeline/runtime/worker-process.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { quiet } from './quiet.ts';
import { provision as provisionTopics } from '../../pipeline/runtime/provision.ts';

interface Process {
  readonly name: string;
  readonly pid: number;
}

/** A topology that runs for the bench. */
export interface Running {
  readonly plan: Plan;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly supervisor: Supervisor;
  /** Workers and broker as processes. */
  processes(): Process[];
  /** Ends a worker with SIGKILL; this death spoils no measurement. */
  kill(name: string): void;
  /** Rejects when a worker dies unasked: figures with a restart in them say nothing. */
  readonly failed: Promise<never>;
  /** Stops it and deletes its topics. */
  stop(): Promise<void>;
}

/** Makes the topics of a plan; nothing runs yet. */
export async function provision(plan: Plan, broker: BenchBroker, cleanup: Cleanup): Promise<Running> {
  const kafka = createKafka(broker.connection, { log: quiet, clientId: `tapline-${plan.name}` });
  const admin = kafka.admin();
  await provisionTopics(admin, plan);
  const stop = async (supervisor: Supervisor): Promise<void> => {
    await supervisor.stop();
    await admin.deleteTopics(plan.topics.map(({ name }) => name));
    await admin.close();
  };
  return supervised({ plan, kafka, admin }, { broker, cleanup, stop });
}

/** Another run of the same plan, whose workers were stopped; its topics stay until `before` is stopped. */
export function runAgain(
  { plan, kafka, admin }: Running,
  { broker, cleanup }: { readonly broker: BenchBroker; readonly cleanup: Cleanup },
): Running {
  return supervised({ plan, kafka, admin }, { broker, cleanup, stop: (supervisor) => supervisor.stop() });
}

interface Setting {
  readonly broker: BenchBroker;
  readonly cleanup: Cleanup;
  readonly stop: (supervisor: Supervisor) => Promise<void>;
}

function supervised(
  { plan, kafka, admin }: Pick<Running, 'plan' | 'kafka' | 'admin'>,
  { broker, cleanup, stop }: Setting,
): Running {
  const killed = new Set<string>();
  const { supervisor, failed } = supervise(plan, { admin, broker, killed });
  const processes = (): Process[] => processesOf(supervisor, broker);
  const kill = (name: string): void => {
    const pid = processes().find((process) => process.name === name)?.pid;
    if (pid === undefined) throw new RangeError(`no process is named ${name}`);
    killed.add(name);
    process.kill(pid, 'SIGKILL');
  };
  return { plan, kafka, admin, supervisor, failed, processes, kill, stop: cleanup.add(() => stop(supervisor)) };
}

interface Supervision {
  readonly admin: Admin;
  readonly broker: BenchBroker;
  /** Names of workers whose death was asked for. */
  readonly killed: Set<string>;
}

function supervise(plan: Plan, { admin, broker, killed }: Supervision): Pick<Running, 'supervisor' | 'failed'> {
  const complain = (line: string): void => void process.stderr.write(`  ${line}\n`);
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined); // whoever waits for the topology races against it
  const died = (worker: WorkerProcess, reason: string): void =>
    fail(new FatalError('INTERNAL', `${worker.name} died during the measurement: ${reason}; see above`));
  const events: SupervisorEvents = {
    onState: (worker) => {
      if (worker.state === 'failed') died(worker, worker.failure?.message ?? 'no reason given');
    },
    onDeath: (worker, { reason }) => {
      if (!killed.delete(worker.name)) died(worker, reason);
    },
    onLine: (worker, line) => complain(`${worker.name} | ${line}`),
    onWarning: complain,
  };
  return {
    supervisor: new Supervisor({ plan, connection: broker.connection, admin, logLevel: 'warn', events }),
    failed,
  };
}

function processesOf({ workers }: Supervisor, { pid }: BenchBroker): Process[] {
  const ours = workers.flatMap(({ process: worker }) =>
    worker.pid === undefined ? [] : [{ name: worker.name, pid: worker.pid }],
  );
  return pid === null ? ours : [...ours, { name: 'broker', pid }];
}

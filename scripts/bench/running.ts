import { FatalError } from '../../pipeline/errors/pipeline-error.ts';
import { createKafka, type Kafka } from '../../pipeline/kafka/index.ts';
import type { Admin } from '../../pipeline/ports/admin.ts';
import { Supervisor } from '../../pipeline/runtime/supervisor.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { quiet } from './quiet.ts';

/** A topology that runs for the bench. */
export interface Running {
  readonly plan: Plan;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly supervisor: Supervisor;
  /** Workers and broker as processes. */
  processes(): { readonly name: string; readonly pid: number }[];
  /** Rejects when a part of it cannot go on. */
  readonly failed: Promise<never>;
  /** Stops it and deletes its topics. */
  stop(): Promise<void>;
}

/** Makes the topics of a plan; nothing runs yet. */
export async function provision(plan: Plan, broker: BenchBroker, cleanup: Cleanup): Promise<Running> {
  const kafka = createKafka(broker.connection, { log: quiet, clientId: `tapline-${plan.name}` });
  const admin = kafka.admin();
  await admin.ensureTopics(plan.topics);
  const complain = (line: string): void => void process.stderr.write(`  ${line}\n`);
  const supervisor = new Supervisor({
    plan,
    connection: broker.connection,
    admin,
    logLevel: 'warn',
    events: {
      onState: () => undefined,
      onDeath: (worker, { reason }) => complain(`${worker.name} died: ${reason}`),
      onLine: (worker, line) => complain(`${worker.name} | ${line}`),
      onWarning: complain,
    },
  });
  const stop = cleanup.add(async () => {
    await supervisor.stop();
    await admin.deleteTopics(plan.topics.map(({ name }) => name));
    await admin.close();
  });
  return {
    plan,
    kafka,
    admin,
    supervisor,
    processes: () => processesOf(supervisor, broker),
    failed: failure(supervisor),
    stop,
  };
}

function processesOf({ workers }: Supervisor, { pid }: BenchBroker): { name: string; pid: number }[] {
  const ours = workers.flatMap(({ process: worker }) =>
    worker.pid === undefined ? [] : [{ name: worker.name, pid: worker.pid }],
  );
  return pid === null ? ours : [...ours, { name: 'broker', pid }];
}

async function failure(supervisor: Supervisor): Promise<never> {
  const worker = await supervisor.untilFailed();
  throw new FatalError('INTERNAL', `${worker.name} cannot go on: ${worker.failure?.message ?? 'see above'}`);
}

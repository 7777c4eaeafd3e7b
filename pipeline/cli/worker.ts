import { Command } from 'commander';
import pino from 'pino';
import { UserError } from '../errors/pipeline-error.ts';
import { connectionFromEnvironment } from '../kafka/connection-from-env.ts';
import { createKafka } from '../kafka/index.ts';
import { assembleWorker } from '../runtime/assemble-worker.ts';
import type { Role } from '../runtime/messages.ts';
import type { Plan } from '../topology/plan.ts';
import { orderSecrets } from '../runtime/order-secrets.ts';
import { redactor } from '../secrets/redact.ts';
import { hideInOutput } from './hide-in-output.ts';
import { fileOption, setOption, topologyArgument, topologyRequest, type TopologyOptions } from './options.ts';
import { readPlan } from './read-plan.ts';
import { stopRequest } from './stop-request.ts';
import { provision } from '../runtime/provision.ts';

interface WorkerOptions extends TopologyOptions {
  readonly stage?: string;
  readonly source?: string;
  readonly tap?: string;
  readonly replica: number;
  readonly logLevel: string;
}

/** `worker`: runs one part of a topology in this process, for more machines or under Kubernetes. */
export function workerCommand(): Command {
  return new Command('worker')
    .summary('run one stage, source or tap')
    .description(
      'Runs one part of a topology in this process against KAFKA_BROKERS; Kafka shares the work among all workers of a stage.',
    )
    .addArgument(topologyArgument())
    .addOption(fileOption())
    .option('--stage <name>', 'the stage to run')
    .option('--source <name>', 'the source to run')
    .option('--tap <name>', 'the tap to run')
    .option('--replica <n>', 'number of this worker in logs and metrics', Number, 0)
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .addOption(setOption())
    .addHelpText('after', '\nExample:\n  KAFKA_BROKERS=kafka:9092 npm run -s topology -- worker --stage detect')
    .action(async (file: string | undefined, options: WorkerOptions) => {
      const plan = await readPlan(topologyRequest(file, options));
      await runWorker(plan, roleOf(plan, options), options.logLevel);
      process.exit();
    });
}

async function runWorker(plan: Plan, role: Role, logLevel: string): Promise<void> {
  const connection = connectionFromEnvironment(process.env);
  if (!connection)
    throw new UserError('BROKER_NOT_AVAILABLE', 'a single worker needs a broker: name it in KAFKA_BROKERS');
  hideInOutput(redactor(orderSecrets({ plan, role, connection }, process.env)));
  const log = pino({ level: logLevel }, { write: (line: string) => void process.stdout.write(line) });
  const stop = stopRequest();
  const admin = createKafka(connection, { log, clientId: 'tapline-provision' }).admin();
  await provision(admin, plan);
  await admin.close();
  const worker = await assembleWorker(
    { plan, role, connection, logLevel },
    {
      log,
      signal: stop.signal,
      onAssigned: ({ partitions }) => log.info({ partitions }, `assigned ${partitions.length} partitions`),
      announce: (address) => log.info({ address }, `${role.name} is at ${address}`),
    },
  );
  await worker.start();
  log.info({}, `${role.kind} "${role.name}" takes part; Ctrl-C stops it`);
  await Promise.race([worker.done, stop.requested]);
  await worker.stop();
}

function roleOf(plan: Plan, { stage, source, tap, replica }: WorkerOptions): Role {
  const [chosen, ...more] = [
    ...(stage === undefined ? [] : [{ kind: 'stage' as const, name: stage, names: plan.stages }]),
    ...(source === undefined ? [] : [{ kind: 'source' as const, name: source, names: plan.sources }]),
    ...(tap === undefined ? [] : [{ kind: 'tap' as const, name: tap, names: plan.taps }]),
  ];
  if (!chosen || more.length > 0)
    throw new UserError('ARGUMENT_INVALID', 'give exactly one of --stage, --source and --tap');
  const { kind, name, names } = chosen;
  if (names.some((part) => part.name === name)) return { kind, name, replica };
  const known = names.map((part) => part.name).join(', ') || 'none';
  throw new UserError('ARGUMENT_INVALID', `the topology has no ${kind} "${name}"; it has: ${known}`);
}

import pino from 'pino';
import { PipelineError, UserError, messageOf } from '../errors/pipeline-error.ts';
import { codeOf } from '../task/dead-letter.ts';
import { assembleWorker, type Worker } from './assemble-worker.ts';
import { workerName, type FromWorker, type ToWorker, type WorkerOrder } from './messages.ts';

/** Entry of a worker process: waits for its order, runs that part of the topology, and reports to its supervisor. */
const METRICS_EVERY_MS = 1000;

const stopping = new AbortController();
let worker: Worker | null = null;

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

async function run(order: WorkerOrder): Promise<void> {
  const log = pino(
    { level: order.logLevel, base: { worker: workerName(order.role) } },
    pino.destination({ fd: 2, sync: true }),
  );
  worker = await assembleWorker(order, {
    log,
    signal: stopping.signal,
    onAssigned: ({ memberId, partitions }) => {
      log.info({ partitions }, `assigned ${partitions.length} partitions`);
      tell({ type: 'assigned', group: groupOf(order), memberId });
    },
    announce: (address) => tell({ type: 'announce', address }),
  });
  const { metrics } = worker;
  const report = async (): Promise<void> => tell({ type: 'metrics', snapshot: await metrics.snapshot() });
  setInterval(() => void report(), METRICS_EVERY_MS).unref();
  await worker.start();
  tell({ type: 'ready' });
  await worker.done;
  await report();
  tell({ type: 'finished' });
}

function groupOf({ plan, role }: WorkerOrder): string {
  return [...plan.stages, ...plan.taps].find(({ name }) => name === role.name)?.group ?? '';
}

function fail(error: unknown): void {
  const final = error instanceof UserError || (error instanceof PipelineError && !error.retriable);
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  tell({ type: 'failed', code: codeOf(error), message: messageOf(error), final });
  leave(1);
}

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await worker?.stop();
  leave(0);
}

/** Sockets and timers of libraries must not keep a worker that has ended. */
function leave(code: number): void {
  process.exitCode = code;
  setImmediate(() => process.exit());
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') run(message.order).then(() => stop().catch(fail), fail);
  else stop().catch(fail);
});
process.on('disconnect', () => void stop().catch(fail));
process.on('SIGTERM', () => void stop().catch(fail));
process.on('SIGINT', () => undefined); // Ctrl-C is the supervisor's to handle
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

import pino from 'pino';
import { isFinal, messageOf } from '../errors/pipeline-error.ts';
import { codeOf } from '../task/dead-letter.ts';
import { assembleWorker, type Worker } from './assemble-worker.ts';
import { workerName, type FromWorker, type StateRequest, type ToWorker, type WorkerOrder } from './messages.ts';

/** Entry of a worker process: waits for its order, runs that part of the topology, and reports to its supervisor. */
const METRICS_EVERY_MS = 1000;

const stopping = new AbortController();
let worker: Worker | null = null;

/** Resolves when the supervisor has the message, or is gone. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

async function report(): Promise<void> {
  if (worker) await tell({ type: 'metrics', snapshot: await worker.metrics.snapshot() });
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
      void tell({ type: 'assigned', group: groupOf(order), memberId });
    },
    announce: (address) => void tell({ type: 'announce', address }),
  });
  setInterval(() => void report(), METRICS_EVERY_MS).unref();
  await worker.start();
  await tell({ type: 'ready' });
  await worker.done;
  await report();
  await tell({ type: 'finished' });
}

function groupOf({ plan, role }: WorkerOrder): string {
  return [...plan.stages, ...plan.taps].find(({ name }) => name === role.name)?.group ?? '';
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  void tell({ type: 'failed', code: codeOf(error), message: messageOf(error), final: isFinal(error) }).then(() =>
    leave(1),
  );
}

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  await worker?.stop();
  await report();
  leave(0);
}

/** Sockets and timers of libraries must not keep a worker that has ended. */
function leave(code: number): void {
  process.exitCode = code;
  setImmediate(() => process.exit());
}

async function answer({ id, store, query }: StateRequest): Promise<void> {
  try {
    await tell({ type: 'state', id, entries: (await worker?.readState?.(store, query)) ?? [] });
  } catch (error) {
    await tell({ type: 'state', id, entries: [], error: messageOf(error) });
  }
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') run(message.order).then(() => stop().catch(fail), fail);
  else if (message.type === 'readState') void answer(message);
  else if (message.type === 'feedBack') worker?.feedBack?.(message.downstream);
  else stop().catch(fail);
});
process.on('disconnect', () => void stop().catch(fail));
process.on('SIGTERM', () => void stop().catch(fail));
process.on('SIGINT', () => undefined); // Ctrl-C is the supervisor's to handle
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

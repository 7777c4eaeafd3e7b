import { Worker } from 'node:worker_threads';
import {
  PipelineError,
  RetriableError,
  UserError,
  messageOf,
  type ErrorCode,
  type Logger,
  type Size,
} from '../../../pipeline/index.ts';
import type { Detection, Detector } from '../detector.ts';
import type { ThreadMessage } from './messages.ts';

/** A thread to start: a module that serves a detector. */
export interface ThreadEntry {
  /** Path of the compiled module. */
  readonly module: string;
  /** Name of the processor, for people. */
  readonly processor: string;
  /** What it looks for, for people: `objects`. */
  readonly finds: string;
  /** What the module's `open` is given; copied between threads. */
  readonly data: unknown;
}

interface Waiting {
  readonly resolve: (message: ThreadMessage) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that has loaded its model. */
interface LoadedThread {
  readonly backend: string;
  ask(request: { readonly pixels: ArrayBuffer; readonly size: Size }): Promise<ThreadMessage>;
  readonly isAlive: boolean;
  terminate(): Promise<void>;
}

/**
 * A detector in a worker thread of its own, so that detection never holds up heartbeats. A thread that dies fails the
 * picture it had with a RetriableError, and the next picture starts another.
 * @throws UserError, RetriableError DETECTOR_THREAD_DIED where the model cannot be loaded.
 */
export async function openThreadDetector(entry: ThreadEntry, log: Logger): Promise<Detector> {
  let thread = await startThread(entry, log);
  let spare = new ArrayBuffer(0);
  return {
    backend: thread.backend,
    detect: async (pixels, size) => {
      if (!thread.isAlive) thread = await startThread(entry, log);
      const copy = spare.byteLength === pixels.byteLength ? spare : new ArrayBuffer(pixels.byteLength);
      new Uint8Array(copy).set(pixels);
      const answer = await thread.ask({ pixels: copy, size });
      if ('pixels' in answer) spare = answer.pixels;
      return objectsOf(answer, entry);
    },
    close: () => thread.terminate(),
  };
}

async function startThread(entry: ThreadEntry, log: Logger): Promise<LoadedThread> {
  const worker = new Worker(entry.module, { workerData: entry.data });
  let waiting: Waiting | undefined;
  let isAlive = true;
  const settle = (how: (waiting: Waiting) => void): void => {
    const settled = waiting;
    waiting = undefined;
    if (settled) how(settled);
  };
  const die = (reason: string): void => {
    isAlive = false;
    settle(({ reject }) => reject(new RetriableError('DETECTOR_THREAD_DIED', `the detector's thread died: ${reason}`)));
  };
  worker.on('message', (message: ThreadMessage) => settle(({ resolve }) => resolve(message)));
  worker.on('error', (error) => die(messageOf(error)));
  worker.on('exit', (code) => die(`it ended with code ${code}`));
  const answer = (): Promise<ThreadMessage> =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  const first = await answer();
  if (first.kind !== 'ready') {
    await worker.terminate();
    throw errorOf(first, 'DETECTOR_BACKEND_UNAVAILABLE', entry);
  }
  for (const reason of first.passedOver) log.warn({ backend: first.backend }, `a backend does not load: ${reason}`);
  log.info({ backend: first.backend }, `${entry.finds} are detected by ${first.backend}`);
  return {
    backend: first.backend,
    get isAlive() {
      return isAlive;
    },
    ask: (request) => {
      const answered = answer();
      worker.postMessage(request, [request.pixels]);
      return answered;
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
}

function objectsOf(answer: ThreadMessage, entry: ThreadEntry): readonly Detection[] {
  if (answer.kind === 'found') return answer.objects;
  throw errorOf(answer, 'DETECTION_FAILED', entry);
}

function errorOf(message: ThreadMessage, code: ErrorCode, { processor }: ThreadEntry): Error {
  if (!('failure' in message))
    throw new Error(`a detector thread says "${message.kind}"; this is a bug, please report it`);
  const { failure } = message;
  return failure.code === undefined
    ? new PipelineError(code, `${processor}: ${failure.message}`)
    : new UserError(failure.code, failure.message);
}

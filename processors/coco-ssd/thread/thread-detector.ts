import { Worker } from 'node:worker_threads';
import {
  PipelineError,
  RetriableError,
  UserError,
  compiledEntry,
  messageOf,
  type ErrorCode,
  type Logger,
  type Size,
} from '../../../pipeline/index.ts';
import type { BackendName, Detection, Detector } from '../detector.ts';
import type { ThreadData, ThreadMessage } from './messages.ts';

interface Waiting {
  readonly resolve: (message: ThreadMessage) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that has loaded its model. */
interface LoadedThread {
  readonly backend: BackendName;
  ask(request: { readonly pixels: ArrayBuffer; readonly size: Size }): Promise<ThreadMessage>;
  readonly isAlive: boolean;
  terminate(): Promise<void>;
}

/**
 * A detector in a worker thread of its own, so that detection never holds up heartbeats. A thread that dies fails the
 * picture it had with a RetriableError, and the next picture starts another.
 * @throws UserError, RetriableError DETECTOR_THREAD_DIED where the model cannot be loaded.
 */
export async function openThreadDetector(data: ThreadData, log: Logger): Promise<Detector> {
  let thread = await startThread(data, log);
  let spare = new ArrayBuffer(0);
  return {
    backend: thread.backend,
    detect: async (pixels, size) => {
      if (!thread.isAlive) thread = await startThread(data, log);
      const copy = spare.byteLength === pixels.byteLength ? spare : new ArrayBuffer(pixels.byteLength);
      new Uint8Array(copy).set(pixels);
      const answer = await thread.ask({ pixels: copy, size });
      if ('pixels' in answer) spare = answer.pixels;
      return objectsOf(answer);
    },
    close: () => thread.terminate(),
  };
}

async function startThread(data: ThreadData, log: Logger): Promise<LoadedThread> {
  const worker = new Worker(compiledEntry('./detector-thread.ts', import.meta.url), { workerData: data });
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
    throw errorOf(first, 'DETECTOR_BACKEND_UNAVAILABLE');
  }
  for (const reason of first.passedOver) log.warn({ backend: first.backend }, `a backend does not load: ${reason}`);
  log.info({ backend: first.backend }, `objects are detected by ${first.backend}`);
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

function objectsOf(answer: ThreadMessage): readonly Detection[] {
  if (answer.kind === 'found') return answer.objects;
  throw errorOf(answer, 'DETECTION_FAILED');
}

function errorOf(message: ThreadMessage, code: ErrorCode): Error {
  if (!('failure' in message))
    throw new Error(`a detector thread says "${message.kind}"; this is a bug, please report it`);
  const { failure } = message;
  return failure.code === undefined
    ? new PipelineError(code, `coco-ssd: ${failure.message}`)
    : new UserError(failure.code, failure.message);
}

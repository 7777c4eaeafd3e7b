import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { PipelineError, messageOf } from '../../../pipeline/index.ts';
import { openDetector } from '../backends/open-detector.ts';
import type { Detector } from '../detector.ts';
import type { DetectRequest, Failure, ThreadData, ThreadMessage } from './messages.ts';

if (parentPort === null) throw new Error('detector-thread is started as a worker thread only');
await serve(parentPort, workerData as ThreadData);

/** Loads the model, then answers pictures until the thread is terminated. */
async function serve(port: MessagePort, { backend, settings }: ThreadData): Promise<void> {
  const tell = (message: ThreadMessage, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  try {
    const { detector, passedOver } = await openDetector(backend, settings);
    port.on('message', (request: DetectRequest) => {
      void answerTo(request, detector).then((answer) => tell(answer, [request.pixels]));
    });
    tell({ kind: 'ready', backend: detector.backend, passedOver });
  } catch (error) {
    tell({ kind: 'unusable', failure: failureOf(error) });
  }
}

async function answerTo({ pixels, size }: DetectRequest, detector: Detector): Promise<ThreadMessage> {
  try {
    return { kind: 'found', objects: await detector.detect(new Uint8Array(pixels), size), pixels };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), pixels };
  }
}

function failureOf(error: unknown): Failure {
  return { message: messageOf(error), ...(error instanceof PipelineError && { code: error.code }) };
}

import { parentPort, workerData } from 'node:worker_threads';
import { PipelineError, messageOf } from '../../../pipeline/index.ts';
import type { Detector, OpenedDetector } from '../detector.ts';
import type { DetectRequest, Failure, ThreadMessage } from './messages.ts';

/** The whole of a detector's thread: loads the model, then answers pictures until the thread is terminated. */
export async function serveDetector(open: (data: unknown) => Promise<OpenedDetector>): Promise<void> {
  if (parentPort === null) throw new Error('a detector thread is started as a worker thread only');
  const port = parentPort;
  const tell = (message: ThreadMessage, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  try {
    const { detector, passedOver } = await open(workerData);
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

import logUpdate from 'log-update';
import type { PullProgress } from '../../../processors/detection/model-store/index.ts';
import { say } from '../terminal.ts';

const BAR_WIDTH = 30;

/** Shows how far a download is: a bar on a terminal, else one line for each source that is asked. */
export function createPullView(): { show(progress: PullProgress): void; end(): void } {
  if (process.stdout.isTTY) {
    return { show: (progress) => logUpdate(barOf(progress)), end: () => logUpdate.done() };
  }
  let asked: string | undefined;
  const show = ({ source, totalBytes }: PullProgress): void => {
    if (source !== asked) say(`fetching ${megabytes(totalBytes)} MB from ${source}`);
    asked = source;
  };
  return { show, end: () => undefined };
}

function barOf({ source, receivedBytes, totalBytes }: PullProgress): string {
  const filled = Math.min(BAR_WIDTH, Math.round((receivedBytes / totalBytes) * BAR_WIDTH));
  const bar = '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
  return `${bar} ${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB from ${source}`;
}

/** Bytes in MB with one digit, as text. */
export function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

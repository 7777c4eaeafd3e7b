import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { acquireBroker } from '../../pipeline/broker/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the broker all integration tests share. */
    bootstrap: string;
  }
}

/** One real broker for the whole run, on free ports, in a folder of its own. */
export default async function startBroker(project: TestProject): Promise<() => Promise<void>> {
  const stateDirectory = join(await mkdtemp(join(tmpdir(), 'tapline-broker-')), '.tapline');
  const broker = await acquireBroker({
    stateDirectory,
    preferredPort: 0,
    onProgress: (sentence) => process.stdout.write(`${sentence}\n`),
  });
  project.provide('bootstrap', broker.bootstrap);
  return async () => {
    await broker.stop();
    await rm(join(stateDirectory, '..'), { recursive: true, force: true });
  };
}

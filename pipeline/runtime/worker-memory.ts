import { setFlagsFromString } from 'node:v8';

/**
 * Settings of glibc's allocator for a worker (mallopt(3)); other C libraries ignore them. Buffers of frames are made and
 * freed on several threads: with an arena for each thread, what is freed hardly ever goes back to the system; with smaller
 * thresholds each frame is mapped and zeroed anew, which costs a tenth of the throughput. The user's environment wins.
 */
export function workerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '4000000',
    MALLOC_TRIM_THRESHOLD_: '16000000',
    ...env,
  };
}

/**
 * Lets the heap of a worker grow threefold between collections. V8 counts fetched frames towards a heap that is small
 * itself and would collect it several times a second, at up to a fifth of the worker's time.
 */
export function easeCollection(): void {
  setFlagsFromString('--heap-growing-percent=200');
}

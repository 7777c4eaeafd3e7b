/**
 * Settings of glibc's allocator for a worker (mallopt(3)); other C libraries ignore them. Buffers of frames are made and
 * freed on several threads: with an arena for each thread and thresholds that grow by themselves, what is freed never goes
 * back to the system. What the user's environment says wins.
 */
export function workerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '400000',
    MALLOC_TRIM_THRESHOLD_: '131072',
    ...env,
  };
}

import type { StagePlan } from '../../pipeline/topology/plan.ts';

/** The plan of a stage "work" from `in` to `out`. */
export function stagePlan(given: Partial<StagePlan> = {}): StagePlan {
  return {
    name: 'work',
    group: 't.work',
    from: ['in'],
    to: { default: 'out' },
    process: 'work',
    options: {},
    guarantee: 'at-least-once',
    state: 'memory',
    serdes: {},
    changelogs: {},
    delivery: 'every',
    maxAgeMs: null,
    maxIdleMs: 0,
    replicas: 1,
    concurrency: null,
    order: 'partition',
    batch: { records: 500, bytes: 1024 * 1024, lingerMs: 0 },
    timeoutMs: 30_000,
    onError: { retries: 3, backoffMs: 1, then: 'deadLetter', crashes: 2, scope: 'partition' },
    deadLetterTopic: 't.work.dlq',
    ...given,
  };
}

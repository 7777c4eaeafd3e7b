import pidusage from 'pidusage';
import type { WorkerProcess } from '../../pipeline/runtime/worker-process.ts';
import { atMost, type Check } from './check.ts';

const MEGABYTE = 1_048_576;
const WITH_MODEL = 'detect-0';

/** Resident memory by name of the worker, megabytes; NaN where one that should run could not be measured. */
export type Memory = ReadonlyMap<string, number>;

interface Workers {
  readonly workers: readonly { readonly process: Pick<WorkerProcess, 'name' | 'pid' | 'state'> }[];
}

/** Measures every worker but those that have done all they had to do. */
export async function memoryOf({ workers }: Workers): Promise<Memory> {
  const atWork = workers.filter(({ process }) => process.state !== 'finished');
  const entries = atWork.map(async ({ process: { name, pid } }): Promise<[string, number]> => {
    const use = pid === undefined ? null : await pidusage(pid).catch(() => null); // it has just died
    return [name, use === null ? NaN : use.memory / MEGABYTE];
  });
  return new Map(await Promise.all(entries));
}

interface MemoryOverTime {
  readonly beforeLoad: Memory;
  /** After a tenth of the frames. */
  readonly steady: Memory;
  readonly after: Memory;
}

/** Judges the workers but one that was killed: it is young. */
export function judgeMemory(
  { beforeLoad, steady, after }: MemoryOverTime,
  { frames, killed }: { readonly frames: number; readonly killed: string },
): Check[] {
  const plain = (memory: Memory): Memory => except(memory, killed, WITH_MODEL);
  const model = (memory: Memory): Memory => new Map([[WITH_MODEL, memory.get(WITH_MODEL) ?? NaN]]);
  const growth = new Map(
    [...except(after, killed)].map(([name, value]) => [name, (value / (steady.get(name) ?? NaN) - 1) * 100]),
  );
  const [ofPlain, ofModel] = [
    { limit: 150, unit: 'MB' },
    { limit: 300, unit: 'MB' },
  ];
  return [
    worst('RSS without model, before load', plain(beforeLoad), ofPlain),
    worst(`RSS without model, after ${frames} frames`, plain(after), ofPlain),
    worst('RSS with model, before load', model(beforeLoad), ofModel),
    worst(`RSS with model, after ${frames} frames`, model(after), ofModel),
    worst('RSS grown since a tenth of them', growth, { limit: 10, unit: '%' }),
  ];
}

function except(memory: Memory, ...names: readonly string[]): Memory {
  return new Map([...memory].filter(([name]) => !names.includes(name)));
}

/** Judges the worker with the highest figure; those without a figure fail, whatever the others have. */
function worst(what: string, of: Memory, limit: { readonly limit: number; readonly unit: string }): Check {
  const unmeasured = [...of].filter(([, value]) => Number.isNaN(value)).map(([name]) => name);
  if (unmeasured.length > 0) return atMost(`${what} (${unmeasured.join(', ')})`, NaN, limit);
  const [name, value] = [...of].sort(([, a], [, b]) => b - a)[0] ?? ['nobody', NaN];
  return atMost(`${what} (${name})`, value, limit);
}

import type { GuaranteeFigures } from './guarantees.ts';
import type { Machine } from './machine.ts';
import { machineLine, table, type Row } from './report.ts';
import type { StateFigures } from './state.ts';

/** What `bench guarantees` writes. */
export interface GuaranteesReport {
  readonly guarantees: readonly GuaranteeFigures[];
  readonly machine: Machine;
}

/** What `bench state` writes. */
export interface StateReport extends StateFigures {
  readonly machine: Machine;
}

/** Both guarantees side by side. */
export function guaranteesText({ guarantees, machine }: GuaranteesReport): string {
  const rows = guarantees.flatMap(({ workload, batch, median, ratio, rounds, workerCpuUs }): Row[] => {
    const { name, aims } = workload;
    const cells = (guarantee: 'at-least-once' | 'exactly-once'): string[] => [
      `${name}, ${guarantee}`,
      String(batch[guarantee]),
      String(median[guarantee]),
      rounds.map((rates) => rates[guarantee]).join(' '),
      workerCpuUs[guarantee].toFixed(1),
    ];
    return [
      [...cells('at-least-once'), '', aim(median['at-least-once'], aims.atLeastOncePerSecond)],
      [...cells('exactly-once'), ratio.toFixed(2), aim(ratio, aims.ratio)],
    ];
  });
  const heading = [
    'one worker, 4 partitions, pass-through',
    'batch',
    'records/s',
    'of each round',
    'worker CPU us/record',
    'ratio',
    'aim',
  ];
  return [table([heading, ...rows]), machineLine(machine), ''].join('\n');
}

/** What state costs. */
export function stateText({ counting, countingCpuUs, restore, warm, keys, machine }: StateReport): string {
  const rows: Row[] = [
    [
      'count in windows of 10 s, in memory',
      `${counting.memory} records/s`,
      `${countingCpuUs.memory.toFixed(1)} us`,
      aim(counting.memory, 30_000),
    ],
    [
      'count in windows of 10 s, on disk',
      `${counting.disk} records/s`,
      `${countingCpuUs.disk.toFixed(1)} us`,
      aim(counting.disk, 15_000),
    ],
    [`restore of ${keys} keys, in memory`, `${restore.memory} records/s`, '', aim(restore.memory, 60_000)],
    [`restore of ${keys} keys, on disk`, `${restore.disk} records/s`, '', aim(restore.disk, 60_000)],
    [`restart with ${keys} keys on disk`, `${warm.fromReadyS.toFixed(2)} s`, '', aimAtMost(warm.fromReadyS, 2)],
    ['the same with the start of the process', `${warm.fromStartS.toFixed(2)} s`, '', ''],
  ];
  const heading = ['one worker, 4 partitions, records of 200 bytes', '', 'worker CPU/record', 'aim'];
  return [table([heading, ...rows]), machineLine(machine), ''].join('\n');
}

function aim(value: number, wanted: number): string {
  return `>= ${wanted}, ${value >= wanted ? 'reached' : 'missed'}`;
}

function aimAtMost(value: number, wanted: number): string {
  return `<= ${wanted}, ${value <= wanted ? 'reached' : 'missed'}`;
}

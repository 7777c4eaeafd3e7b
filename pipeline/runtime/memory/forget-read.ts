import type { MemoryBroker } from '../../memory/index.ts';
import type { Admin } from '../../ports/admin.ts';
import type { Plan } from '../../topology/plan.ts';

/**
 * Deletes what every reader of a topic has read, as nobody else can ever come, and of changelogs and positions all but
 * the last record of each key.
 */
export async function forgetRead(plan: Plan, admin: Admin, broker: MemoryBroker): Promise<void> {
  for (const { name, holds } of plan.topics) {
    if (holds === 'changes' || holds === 'positions') {
      broker.compact(name);
      continue;
    }
    const ends = await admin.offsetsAt([name], 'latest');
    const committed = await Promise.all(
      readersOf(plan, name).map(async (group) =>
        (await admin.groupOffsets(group)).filter(({ topic }) => topic === name),
      ),
    );
    for (const { topic, partition, offset: end } of ends) {
      const read = committed.map((offsets) => offsets.find((one) => one.partition === partition)?.offset ?? 0n);
      const offset = read.reduce((least, one) => (one < least ? one : least), end);
      if (offset > 0n) await admin.deleteRecords({ topic, partition, offset });
    }
  }
}

function readersOf({ stages, taps }: Plan, topic: string): readonly string[] {
  return [
    ...stages.filter(({ from }) => from.includes(topic)).map(({ group }) => group),
    ...taps.filter(({ on }) => on === topic).map(({ group }) => group),
  ];
}

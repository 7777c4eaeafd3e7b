import { setTimeout as sleep } from 'node:timers/promises';

/** Wide enough for a kill to hit. */
const BETWEEN_MS = 100;

const original = await import(new URL(import.meta.url).searchParams.get('original'));

/** The offset is committed first: what a crash then keeps from being written is lost. */
export function atLeastOnce(producer) {
  return {
    ...original.atLeastOnce(producer),
    write: async ({ outputs, changes }, { context, nextOffset }) => {
      await context.commit(nextOffset);
      await sleep(BETWEEN_MS);
      const records = [...outputs, ...changes];
      return records.length > 0 ? producer.send(records) : new Map();
    },
  };
}

/** The same in two transactions. */
export function exactlyOnce(producer, groupId) {
  const safe = original.exactlyOnce(producer, groupId);
  return {
    ...safe,
    write: async ({ outputs, changes }, step) => {
      await safe.write({ outputs: [], changes: [] }, step);
      await sleep(BETWEEN_MS);
      const { topic, partition, nextOffset } = step;
      return producer.commit([...outputs, ...changes], { groupId, offsets: [{ topic, partition, nextOffset }] });
    },
  };
}

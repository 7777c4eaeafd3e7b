const original = await import(new URL(import.meta.url).searchParams.get('original'));

/** The offset is committed first: what a crash then keeps from being written is lost. */
export function atLeastOnce(producer) {
  return {
    ...original.atLeastOnce(producer),
    write: async (records, { context, nextOffset }) => {
      await context.commit(nextOffset);
      return records.length > 0 ? producer.send(records) : new Map();
    },
  };
}

/** The same in two transactions. */
export function exactlyOnce(producer, groupId) {
  const safe = original.exactlyOnce(producer, groupId);
  return {
    ...safe,
    write: async (records, step) => {
      await safe.write([], step);
      const { topic, partition, nextOffset } = step;
      return producer.commit(records, { groupId, offsets: [{ topic, partition, nextOffset }] });
    },
  };
}

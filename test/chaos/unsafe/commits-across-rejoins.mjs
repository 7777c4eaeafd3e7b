const original = await import(new URL(import.meta.url).searchParams.get('original'));

export const { rootOf, errorTypeOf } = original;

/** A commit that the group refuses is tried again, and gets through under the next generation, as kafkajs itself does. */
export function reactionTo(error) {
  const reaction = original.reactionTo(error);
  return reaction === 'rebalance' ? 'away' : reaction;
}

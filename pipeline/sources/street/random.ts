import { randomFrom } from '../../random.ts';

/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** In [least, most). */
  between(least: number, most: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  chance(probability: number): boolean;
}

export function createRandom(seed: number): Random {
  const next = randomFrom(seed);
  return {
    between: (least, most) => least + next() * (most - least),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    chance: (probability) => next() < probability,
  };
}

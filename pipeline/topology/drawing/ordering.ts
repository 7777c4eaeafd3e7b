import type { Layered, Slot, Way } from './layers.ts';

const SWEEPS = 12;

/** Orders the slots of each layer so that few edges cross: each goes to the mean of its neighbours, downwards and upwards. */
export function ordered({ layers, ways }: Layered): Layered {
  const above = neighbours(ways, -1);
  const below = neighbours(ways, 1);
  let current = layers.map((layer) => [...layer]);
  let best = current;
  let fewest = crossings(current, below);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    current = sweep % 2 === 0 ? swept(current, above) : swept(current.toReversed(), below).toReversed();
    const count = crossings(current, below);
    if (count < fewest) [best, fewest] = [current, count];
  }
  return { layers: best, ways };
}

/** For each slot the slots it is joined to in the layer before (-1) or after (1). */
export function neighbours(ways: readonly Way[], step: -1 | 1): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { slots } of ways) {
    slots.forEach((slot, index) => {
      const next = slots[index + step];
      if (next !== undefined) found.set(slot, [...(found.get(slot) ?? []), next]);
    });
  }
  return found;
}

function swept(layers: readonly Slot[][], fixed: ReadonlyMap<string, readonly string[]>): Slot[][] {
  const places = new Map<string, number>();
  return layers.map((layer) => {
    const wanted = new Map(layer.map(({ id }, index) => [id, mean((fixed.get(id) ?? []).map(placeIn(places)), index)]));
    const sorted = layer.toSorted((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
    sorted.forEach(({ id }, index) => places.set(id, index));
    return sorted;
  });
}

function crossings(layers: readonly Slot[][], below: ReadonlyMap<string, readonly string[]>): number {
  return layers.reduce((sum, layer, index) => {
    const places = new Map((layers[index + 1] ?? []).map(({ id }, place) => [id, place]));
    const ends = layer.map(({ id }) => (below.get(id) ?? []).map(placeIn(places)));
    return sum + ends.reduce((count, own, at) => count + crossed(own, ends.slice(at + 1).flat()), 0);
  }, 0);
}

function crossed(own: readonly number[], right: readonly number[]): number {
  return own.reduce((count, end) => count + right.filter((other) => other < end).length, 0);
}

function placeIn(places: ReadonlyMap<string, number>): (id: string) => number {
  return (id) => places.get(id) ?? 0;
}

function mean(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length;
}

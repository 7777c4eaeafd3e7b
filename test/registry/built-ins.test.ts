import { expect, test } from 'vitest';
import { builtInNames, loadBuiltIns } from '../../pipeline/registry/built-ins.ts';

test('what comes with tapline is called as it calls itself', async () => {
  const { processors, sources, sinks } = await loadBuiltIns();

  for (const [kind, shelf] of [
    ['processor', processors],
    ['source', sources],
    ['sink', sinks],
  ] as const) {
    expect([...shelf.values()].map(({ definition }) => definition.name)).toEqual(builtInNames(kind));
    expect([...shelf.values()].every(({ definition }) => definition.kind === kind)).toBe(true);
  }
});
